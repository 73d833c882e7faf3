"""What stands around lists: the search above one, the choices that narrow it, and the way to more of it."""

from typing import Any

import reflex as rx

from troubleshoot_app.components.react import SearchBox


def search_box(label: str, state: Any) -> rx.Component:
    """Return the search of a page whose address keeps the words; ``state`` has them, and searches."""
    return SearchBox.create(
        rx.icon("search", size=18, custom_attrs={"aria-hidden": "true"}),
        hydrated=rx.State.is_hydrated,
        label=label,
        words=state.words,
        loads=state.loads,
        address=state.address,
        on_search=state.search,
    )


def search_field(label: str, on_search: Any) -> rx.Component:
    """Return the search of a list that is a part of a page; it asks while one types."""
    return rx.input(
        rx.input.slot(rx.icon("search", size=18, custom_attrs={"aria-hidden": "true"})),
        type="search",
        placeholder=label,
        size="3",
        on_change=on_search.debounce(200),
        custom_attrs={"aria-label": label},
    )


def narrowing(*choices: rx.Component) -> rx.Component:
    """Return the choices that make a list shorter, side by side where there is room."""
    return rx.box(*choices, class_name="narrowing")


def select(label: str, *options: rx.Component, **props: Any) -> rx.Component:
    """Return one choice out of many under its label."""
    return _under(label, rx.el.select(*options, id=_id(label), class_name="select", **props))


def day(label: str, **props: Any) -> rx.Component:
    """Return the choice of a day under its label."""
    return _under(label, rx.el.input(type="date", id=_id(label), class_name="select", **props))


def more_button(state: Any) -> rx.Component:
    """Return the way to the rest of a list; ``state`` has ``has_more`` and ``show_more``."""
    return rx.cond(state.has_more, rx.button("Show more", size="3", variant="soft", on_click=state.show_more))


def _under(label: str, control: rx.Component) -> rx.Component:
    return rx.box(
        rx.el.label(label, html_for=_id(label), class_name="field-label"), control, class_name="field"
    )


def _id(label: str) -> str:
    return f"choice-{label.lower().replace(' ', '-')}"
