"""What every page says in its head: its icons, how it is installed on a phone, the colour of the bar above it."""

import reflex as rx

BAR = {"light": "#ffffff", "dark": "#18191b"}  # as the header of the page: --color-panel-solid


def head_components() -> list[rx.Component]:
    """Return what goes into the head of every page."""
    return [
        rx.el.link(rel="icon", href="/mark.svg", type="image/svg+xml"),
        rx.el.link(rel="apple-touch-icon", href="/icons/apple-touch-icon.png"),
        rx.el.link(rel="manifest", href="/manifest.webmanifest"),
        *[
            rx.el.meta(
                name="theme-color",
                content=color,
                custom_attrs={"media": f"(prefers-color-scheme: {scheme})"},
            )
            for scheme, color in BAR.items()
        ],
    ]
