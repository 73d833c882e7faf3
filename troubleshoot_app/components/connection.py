"""What stands on every page while its line to the server is down."""

import reflex as rx
from reflex_components_core.core.banner import has_connection_errors


def connection_strip() -> rx.Component:
    """Return the strip that says so: the page is not live, and nothing that was typed is lost."""
    return rx.cond(
        has_connection_errors,
        rx.box(
            rx.icon("wifi-off", size=20, custom_attrs={"aria-hidden": "true"}),
            rx.text("Not live: trying to connect again. What you typed stays.", size="3"),
            role="status",
            class_name="offline",
        ),
    )
