"""What an import tells on its page."""

from pydantic import BaseModel

from troubleshoot_app.schemas.trees import ReportLineView


class ImportedDraft(BaseModel):
    """A draft that one chart of a file became: how much is wrong with it, and what there is to know about the chart."""

    id: str
    title: str
    node_count: int
    errors: int
    warnings: int
    report: list[ReportLineView]


class ImportedFile(BaseModel):
    """The drafts that a file became; ``report`` is about what belongs to none of its charts."""

    drafts: list[ImportedDraft]
    report: list[ReportLineView]
