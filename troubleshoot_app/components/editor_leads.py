"""Parts of the form of a node: where an answer leads, to another tree too, and what is measured or checked off."""

from typing import Any

import reflex as rx

from troubleshoot_app.schemas.editor import OptionForm
from troubleshoot_app.states.editor import EditorState

_ENDS = (
    ("unit", "Unit", "V, bar, °C …", "text"),
    ("min", "Expected from", "11.5", "decimal"),
    ("max", "to", "12.6", "decimal"),
    ("decimals", "Decimals", "1", "numeric"),
)


def leads_to(option: rx.Var[OptionForm]) -> rx.Component:
    """Return where an answer leads: to a node, or to another tree and perhaps home again."""
    return rx.cond(
        option.tree != "",
        _jump(option),
        _line(rx.text("leads to", size="2", class_name="quiet"), _target(option)),
    )


def measuring() -> rx.Component:
    """Return what the node measures, and whether it is checked off."""
    node = EditorState.node
    return rx.box(
        _tick(
            "Ask for a number",
            "A reading, such as a voltage; it can choose the answer.",
            rx.cond(node.reading, True, False),
            lambda asks: EditorState.measure(node.id, asks),
        ),
        rx.cond(node.reading, rx.box(*[_end(*end) for end in _ENDS], class_name="reading-form")),
        rx.cond(
            node.kind == "action",
            _tick(
                "Must be checked off",
                "A safety step: nobody goes on before it is ticked, and who did is kept.",
                node.acknowledge,
                lambda asks: EditorState.check_off(node.id, asks),
            ),
        ),
        class_name="stack",
    )


def numbers_of(option: rx.Var[OptionForm]) -> rx.Component:
    """Return the field for the numbers that choose an answer."""
    node = EditorState.node
    return rx.el.label(
        rx.text("for numbers", size="2", class_name="quiet"),
        rx.input(
            default_value=option.when,
            placeholder="such as >= 11.5 < 12.6",
            size="3",
            max_length=100,
            on_blur=lambda typed: EditorState.range_option(node.id, option.id, typed),
            custom_attrs={"aria-label": f"Numbers that lead to {option.label}"},
            key=f"{option.id} {option.when} {EditorState.taken_over}",
        ),
        class_name="option-numbers",
    )


def _jump(option: rx.Var[OptionForm]) -> rx.Component:
    node = EditorState.node
    return rx.box(
        _line(
            rx.icon("external-link", size=16, custom_attrs={"aria-hidden": "true"}),
            rx.text("leads to the tree", size="2", class_name="quiet"),
            rx.cond(
                option.tree_href != "",
                rx.link(option.tree_title, href=option.tree_href, size="3"),
                rx.text(option.tree_title, size="3", color_scheme="red"),
            ),
            rx.button(
                "Stay in this tree",
                size="2",
                variant="soft",
                color_scheme="gray",
                class_name="small-target",
                on_click=EditorState.stay_option(node.id, option.id),
            ),
        ),
        _tick(
            "Come back when that is solved",
            "A resolution there leads back here.",
            option.returns,
            lambda returns: EditorState.return_option(node.id, option.id, returns),
        ),
        rx.cond(
            option.returns,
            _line(rx.text("then goes on at", size="2", class_name="quiet"), _target(option)),
        ),
        class_name="stack",
    )


def _target(option: rx.Var[OptionForm]) -> rx.Component:
    return rx.cond(
        option.target != "",
        rx.el.button(
            option.target,
            type="button",
            class_name="target-link",
            on_click=EditorState.select(option.leads_to),
        ),
        rx.text("nothing yet", size="2", color_scheme="red"),
    )


def _line(*parts: rx.Component) -> rx.Component:
    return rx.flex(*parts, spacing="2", align="baseline", wrap="wrap")


def _tick(name: str, hint: str, checked: Any, on_change: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", checked=checked, on_change=on_change),
        rx.box(rx.text(name, weight="medium"), rx.text(hint, size="1", class_name="quiet")),
        class_name="choice tick",
    )


def _end(field: str, label: str, placeholder: str, mode: str) -> rx.Component:
    node = EditorState.node
    value = getattr(node.reading, field)
    return rx.el.label(
        rx.text(label, size="2", class_name="quiet"),
        rx.input(
            default_value=value,
            placeholder=placeholder,
            size="3",
            max_length=20,
            on_blur=lambda typed: EditorState.measure_as(node.id, field, typed),
            custom_attrs={"inputMode": mode},
            key=f"{field} {value} {EditorState.taken_over}",
        ),
    )
