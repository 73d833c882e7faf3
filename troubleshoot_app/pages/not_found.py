"""What stands at an address that leads nowhere."""

import reflex as rx

from troubleshoot_app.components.links import link_button
from troubleshoot_app.components.shell import no_page, outside_page


def not_found() -> rx.Component:
    """Return the page for an unknown address."""
    return outside_page(
        no_page(
            "map-pin-off",
            "There is nothing here",
            "The link is wrong, or what it led to is gone.",
            link_button("To the start page", href="/", variant="solid"),
        )
    )
