"""Links that look like buttons."""

from typing import Any

import reflex as rx


def link_button(*words: rx.Component | str, href: Any, variant: Any = "soft", **props: Any) -> rx.Component:
    """Return a link to a page, with the looks of a button."""
    return rx.button(rx.el.a(*words, href=href), as_child=True, size="3", variant=variant, **props)


def replay_link(session_id: Any) -> rx.Component:
    """Return the way to a session as it went, step by step."""
    icon = rx.icon("history", size=18, custom_attrs={"aria-hidden": "true"})
    return link_button(icon, "Replay", href=f"/sessions/{session_id}/replay", color_scheme="gray")
