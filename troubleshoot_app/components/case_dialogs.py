"""Dialogs on a case that was picked up; the same on the page of the session and on its briefing."""

from typing import Any

import reflex as rx

from troubleshoot_app.components.dialogs import form_dialog
from troubleshoot_app.components.forms import text_field


def release_dialog(state: Any) -> rx.Component:
    """Return the dialog that gives a case back; ``state`` has ``dialog`` and the handlers for it."""
    return form_dialog(
        "Release",
        text_field(
            "Note", "note", placeholder="Optional. What you found, why you give it back.", max_length=10_000
        ),
        opened=state.dialog == "release",
        on_toggle=state.toggle_dialog,
        on_submit=state.release,
        submit="Release case",
        explanation="The escalation is open again and the other seniors are told.",
    )


def resolve_dialog(state: Any, raised_by: Any) -> rx.Component:
    """Return the dialog that closes a case with what helped."""
    return form_dialog(
        "Resolve",
        text_field(
            "Resolution",
            "resolution",
            placeholder="What was it, what helped?",
            max_length=10_000,
            required=True,
        ),
        rx.el.label(
            rx.el.input(type="checkbox", name="complete", default_checked=True),
            rx.el.span("Complete the session, too"),
            class_name="choice",
        ),
        opened=state.dialog == "resolve",
        on_toggle=state.toggle_dialog,
        on_submit=state.resolve,
        submit="Resolve case",
        explanation=f"{raised_by} is told at once.",
    )
