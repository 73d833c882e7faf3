"""What stands around every page for when something fails: the line to the server, or the page itself."""

import reflex as rx
from reflex.state import FrontendEventExceptionState
from reflex_components_core.core.banner import has_connection_errors

from troubleshoot_app.components.aloud import told
from troubleshoot_app.components.react import Unbroken


def connection_strip() -> rx.Component:
    """Return the strip that says so: the page is not live, and nothing that was typed is lost."""
    strip = rx.cond(
        has_connection_errors,
        rx.box(
            rx.icon("wifi-off", size=20, custom_attrs={"aria-hidden": "true"}),
            rx.text("Not live: trying to connect again. What you typed stays."),
            class_name="offline",
        ),
    )
    return rx.fragment(told(strip))  # what is wrapped around the pages gets them as children


def unbroken() -> rx.Component:
    """Return what stands around all pages, so that a broken one says what to do next."""
    return Unbroken.create(
        accent="indigo",
        gray="slate",
        radius="large",
        on_error=FrontendEventExceptionState.handle_frontend_exception,
    )
