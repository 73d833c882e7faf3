"""What stands at an address that leads nowhere."""

import reflex as rx

from troubleshoot_app.components.shell import no_page, outside_page


def not_found() -> rx.Component:
    """Return the page for an unknown address."""
    return outside_page(
        no_page(
            "map-pin-off",
            "There is nothing here",
            "The link is wrong, or what it led to is gone.",
            rx.link(rx.button("To the start page", size="3"), href="/"),
        )
    )
