"""The audit log as the page and the API show it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from troubleshoot_app.domain.audit_words import AuditKind
from troubleshoot_app.schemas.lists import Page
from troubleshoot_app.schemas.people import PersonRef


class AuditView(BaseModel):
    """Something that was done: ``sentence`` says it to a person, ``action`` and ``details`` to a program. ``actor`` is
    null where the server did it by itself."""

    id: str
    at: datetime
    kind: AuditKind | None
    action: str
    actor: PersonRef | None
    subject_id: str
    sentence: str
    details: dict[str, Any]


class AuditPage(Page[AuditView]):
    """Part of the audit log."""
