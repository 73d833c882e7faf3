"""Fields with their labels, and dialogs with a form in them."""

from typing import Any

import reflex as rx


def field(label: str, name: str, *, hint: str = "", **props: Any) -> rx.Component:
    """Return a one-line text field under its label."""
    control = rx.input(
        id=f"field-{name}", name=name, size="3", width="100%", **_described(name, hint), **props
    )
    return _labelled(label, name, hint, control)


def text_field(label: str, name: str, *, hint: str = "", **props: Any) -> rx.Component:
    """Return a text field of several lines under its label."""
    props = {"rows": "4", "resize": "vertical"} | props
    control = rx.text_area(
        id=f"field-{name}", name=name, size="3", width="100%", **_described(name, hint), **props
    )
    return _labelled(label, name, hint, control)


def choice(
    label: str, name: str, options: list[tuple[str, str]], default: Any, *, in_rows: bool = False
) -> rx.Component:
    """Return one choice out of a few, all of them visible, each big enough for a thumb; one a row if asked."""
    return rx.el.fieldset(
        rx.el.legend(label, class_name="field-label"),
        rx.box(
            *[
                rx.el.label(
                    rx.el.input(type="radio", name=name, value=value, default_checked=value == default),
                    rx.el.span(words),
                    class_name="choice",
                )
                for value, words in options
            ],
            class_name="choices choices-rows" if in_rows else "choices",
        ),
        class_name="choice-set",
        custom_attrs={"role": "radiogroup", "aria-label": label},
    )


def form_dialog(
    title: str,
    *body: rx.Component,
    opened: Any,
    on_toggle: Any,
    on_submit: Any,
    on_cancel: Any,
    submit: str,
    explanation: Any = "",
    **submit_props: Any,
) -> rx.Component:
    """Return a dialog that holds a form; Escape, a press outside and Cancel close it, Enter sends it."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(title, size="5", mb="1"),
            rx.dialog.description(explanation, size="3", color_scheme="gray", mb="4"),
            rx.form(
                rx.flex(*body, direction="column", spacing="4"),
                rx.box(
                    rx.button(
                        "Cancel",
                        type="button",
                        variant="soft",
                        color_scheme="gray",
                        size="3",
                        on_click=on_cancel,
                    ),
                    rx.button(submit, type="submit", size="3", **submit_props),
                    class_name="dialog-actions",
                ),
                on_submit=on_submit,
                reset_on_submit=False,
            ),
            max_width="32rem",
            class_name="dialog",
        ),
        open=opened,
        on_open_change=on_toggle,
    )


def question_dialog(
    title: Any, *body: rx.Component, opened: Any, explanation: Any, max_width: str = "32rem", **props: Any
) -> rx.Component:
    """Return a dialog that asks before something is lost; the focus begins on the first of its buttons.

    The alert dialog of Reflex puts its buttons into boxes that cannot take the focus, so that it stays behind the dialog.
    """
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(title, size="5", mb="1"),
            rx.dialog.description(explanation, size="3"),
            *body,
            max_width=max_width,
            role="alertdialog",
        ),
        open=opened,
        **props,
    )


def _labelled(label: str, name: str, hint: str, control: rx.Component) -> rx.Component:
    return rx.box(
        rx.el.label(label, html_for=f"field-{name}", class_name="field-label"),
        control,
        rx.text(hint, id=f"hint-{name}", size="2", class_name="hint") if hint else rx.fragment(),
        class_name="field",
    )


def _described(name: str, hint: str) -> dict[str, Any]:
    return {"custom_attrs": {"aria-describedby": f"hint-{name}"}} if hint else {}
