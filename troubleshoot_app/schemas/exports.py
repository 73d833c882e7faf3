"""Exports of sessions as the API takes them."""

from pydantic import BaseModel, ConfigDict

from troubleshoot_app.domain.formats.ticket_note import NoteFormat


class NoteWanted(BaseModel):
    """In which form a session is wanted."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"format": "markdown"}]})

    format: NoteFormat
