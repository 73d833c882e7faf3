"""What arrives on a socket, before it is believed to be an event."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

ADDRESS_LENGTH = 4000

# Text of a browser's address bar, which has no lone surrogates and starts at the root.
_Path = Annotated[str, StringConstraints(pattern=r"^(/|$)", max_length=ADDRESS_LENGTH)]


class Place(BaseModel):
    """The page that an event comes from, as the browser says."""

    model_config = ConfigDict(strict=True, extra="forbid")

    pathname: _Path = ""
    asPath: _Path = ""  # noqa: N815  Reflex's name for it
    query: dict[str, str] = {}


class Envelope(BaseModel):
    """An event: the name of a handler, its arguments by name, the page."""

    model_config = ConfigDict(strict=True, extra="ignore")

    name: str
    payload: dict[str, Any] = {}
    router_data: Place = Place()


def name_of_event(received: object) -> str | None:
    """Return the name of the handler that an event is for; None when what was received is no event."""
    try:
        return Envelope.model_validate(received).name
    except ValidationError:
        return None
