"""The links that stand on machines: what a scan leads to, and labels to print."""

from pydantic import BaseModel

from troubleshoot_app.schemas.trees import TreeSummary


class ScannedTree(BaseModel):
    """The tree that a link names, the asset that it stands on, and the session that the reader has open on both."""

    tree: TreeSummary
    asset: str
    session_id: str | None


class Label(BaseModel):
    """A label for one asset: the link in words and as a QR code, whose dark modules ``path`` draws."""

    asset: str
    link: str
    size: int
    path: str
