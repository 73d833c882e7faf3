"""The audit log in words: what somebody did, as a sentence that begins with their name."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class AuditKind(StrEnum):
    """What an entry is about."""

    PEOPLE = "people"
    SIGN_INS = "sign_ins"
    TREES = "trees"
    ESCALATIONS = "escalations"
    CHOICES = "choices"
    WEBHOOKS = "webhooks"


PREFIXES: Mapping[AuditKind, tuple[str, ...]] = {
    AuditKind.PEOPLE: ("user", "invitation"),
    AuditKind.SIGN_INS: ("password", "sign_in"),
    AuditKind.TREES: ("tree",),
    AuditKind.ESCALATIONS: ("handoff", "delivery"),
    AuditKind.CHOICES: ("preferences",),
    AuditKind.WEBHOOKS: ("webhook",),
}
TITLED = frozenset({AuditKind.TREES, AuditKind.ESCALATIONS})
NOBODY = "The server"

_DID = {
    "invitation.withdrawn": "withdrew the invitation to {email}",
    "user.invited": "invited {email} as {role}",
    "user.joined": "joined the account as {role}",
    "user.deleted": "deleted {subject}, who was {role}",
    "password.changed": "changed their own password",
    "password.reset": "chose a new password by mail",
    "sign_in.ended": "signed out of {device}",
    "sign_in.others_ended": "signed out everywhere else",
    "tree.created": "made the tree {subject}",
    "tree.imported": "imported the tree {subject}",
    "tree.changed": "changed the draft of {subject}",
    "tree.published": "published version {version} of {subject}",
    "tree.archived": "put {subject} into the archive",
    "tree.restored": "restored {subject}",
    "preferences.changed": "changed how they are told of escalations",
    "handoff.opened": "escalated {subject}",
    "handoff.claimed": "picked up the escalation of {subject}",
    "handoff.released": "gave back the escalation of {subject}",
    "handoff.reopened": "opened the escalation of {subject} again",
    "handoff.cancelled": "took back the escalation of {subject}",
    "handoff.resolved": "resolved the escalation of {subject}",
    "delivery.resent": "had a mail about an escalation sent again",
    "webhook.created": "added the webhook to {url}",
    "webhook.changed": "changed the webhook to {url}",
    "webhook.disabled": "switched off the webhook to {url}: {why}",
    "webhook.deleted": "removed the webhook to {url}",
    "webhook.pinged": "tried the webhook to {url}",
}
_FIELDS = {
    "name": "the name of {subject} from {before} to {after}",
    "role": "the role of {subject} from {before} to {after}",
}


def kind_of(action: str) -> AuditKind | None:
    """Return what an action such as ``tree.published`` is about."""
    prefix = action.partition(".")[0]
    return next((kind for kind, prefixes in PREFIXES.items() if prefix in prefixes), None)


def sentence(action: str, details: Mapping[str, Any], *, actor: str, subject: str) -> str:
    """Return what ``actor`` did to ``subject``, with what is written down of it."""
    who = actor or NOBODY
    via = f" (by {details['via']})" if details.get("via") else ""
    if subject and kind_of(action) in TITLED:
        subject = f"“{subject}”"
    return f"{who} {_did(action, details, subject or 'something')}{via}."


def _did(action: str, details: Mapping[str, Any], subject: str) -> str:
    if action == "user.changed":
        return _changed(details, subject)
    if action == "tree.restored" and "version" in details:
        return f"took version {details['version']} of {subject} back as the draft"
    pattern = _DID.get(action)
    if pattern is None:
        return f"{action.replace('.', ' ').replace('_', ' ')}: {subject}"
    return pattern.format_map(_Known({"url": subject} | dict(details) | {"subject": subject}))


def _changed(details: Mapping[str, Any], subject: str) -> str:
    before, after = details.get("before") or {}, details.get("after") or {}
    words = [
        f"changed {text.format(subject=subject, before=before.get(field, '?'), after=after[field])}"
        for field, text in _FIELDS.items()
        if field in after
    ]
    if "is_active" in after:
        words.append(f"{'reactivated' if after['is_active'] else 'deactivated'} {subject}")
    return " and ".join(words) or f"changed {subject}"


class _Known(dict[str, Any]):
    """What is written down of an entry; what an older one lacks is a question mark."""

    def __missing__(self, name: str) -> str:
        return "?"
