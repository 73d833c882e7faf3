"""Files that people added to sessions; what is in them lies on the disk."""

from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from troubleshoot_app.domain.file_names import NAME_LENGTH
from troubleshoot_app.models.base import AccountRow


class Attachment(AccountRow, table=True):
    """One file: ``seq`` is the step that it belongs to, taken already or at hand; ``file_name`` what it is called on
    the disk, in the folder of the account.

    One that was added at a question at hand names it (``version_id``, ``node_id``): when somebody goes back from there, it
    belongs to no step until that question is asked again.
    """

    __table_args__ = (Index("ix_attachment_session_id_id", "session_id", "id"),)

    session_id: UUID = Field(foreign_key="session.id")
    seq: int | None = None
    version_id: UUID | None = Field(default=None, foreign_key="tree_version.id")
    node_id: str | None = Field(default=None, max_length=200)
    name: str = Field(max_length=NAME_LENGTH)
    media_type: str = Field(max_length=100)
    size: int
    sha256: str = Field(max_length=64)
    file_name: str = Field(max_length=64)
    by_id: UUID = Field(foreign_key="app_user.id")
