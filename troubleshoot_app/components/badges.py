"""Small words with a colour; the word alone says it all, too."""

from typing import Any

import reflex as rx

from troubleshoot_app.domain.actor import Role

_PRIORITY_COLOURS = [("urgent", "red"), ("high", "orange"), ("normal", "gray"), ("low", "gray")]
_STATUS_WORDS = [
    ("active", "In progress", "indigo"),
    ("parked", "Parked", "gray"),
    ("escalated", "Escalated", "amber"),
    ("completed", "Completed", "green"),
    ("abandoned", "Closed", "gray"),
    ("open", "Waiting", "amber"),
    ("claimed", "Picked up", "indigo"),
    ("resolved", "Resolved", "green"),
    ("cancelled", "Cancelled", "gray"),
    ("resumed", "Resumed", "gray"),
    ("draft", "Draft", "amber"),
    ("published", "Published", "green"),
    ("archived", "Archived", "gray"),
]
DELIVERY_WORDS = [
    ("pending", "On its way", "gray"),
    ("sent", "Sent", "indigo"),
    ("seen", "Seen", "green"),
    ("failed", "Failed", "red"),
    ("skipped", "Not sent", "gray"),
]


def priority_badge(priority: Any) -> rx.Component:
    """Return a badge for every priority but the normal one."""
    badges = [
        (word, rx.badge(word.capitalize(), color_scheme=colour, size="2"))
        for word, colour in _PRIORITY_COLOURS
    ]
    return rx.cond(priority != "normal", rx.match(priority, *badges, rx.fragment()), rx.fragment())


def overdue_badge(is_overdue: Any) -> rx.Component:
    """Return a badge for an escalation that everybody was told of as often as they are, and nobody picked up."""
    return rx.cond(is_overdue, rx.badge("Overdue", color_scheme="red", variant="solid", size="2"))


def status_badge(status: Any) -> rx.Component:
    """Return a badge for the state of a session, a handoff or a tree."""
    return rx.match(status, *_badges(_STATUS_WORDS), rx.badge(status, size="2"))


def role_badge(role: Any) -> rx.Component:
    """Return a badge for what somebody may do in the account."""
    badges = [
        (word, rx.badge(word.value.capitalize(), color_scheme="gray", variant="outline", size="2"))
        for word in Role
    ]
    return rx.match(role, *badges, rx.fragment())


def delivery_badge(status: Any, silenced: Any) -> rx.Component:
    """Return a badge for how far telling somebody has come."""
    put_off = rx.badge("Put off", color_scheme="gray", size="2")
    return rx.cond(silenced & (status == "pending"), put_off, _delivery_badge(status))


def _delivery_badge(status: Any) -> rx.Component:
    return rx.match(status, *_badges(DELIVERY_WORDS), rx.badge(status, size="2"))


def severity_badge(severity: Any) -> rx.Component:
    """Return a badge that tells an error from a warning."""
    return rx.badge(
        rx.cond(severity == "error", "Error", "Warning"),
        color_scheme=rx.cond(severity == "error", "red", "amber"),
        size="2",
    )


def _badges(words: list[tuple[str, str, str]]) -> list[tuple[str, rx.Component]]:
    return [(status, rx.badge(word, color_scheme=colour, size="2")) for status, word, colour in words]
