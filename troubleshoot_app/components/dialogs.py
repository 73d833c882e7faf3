"""The shapes of dialogs: one that shows something, one with a form in it, one that asks before something is lost."""

from typing import Any

import reflex as rx


def dialog(
    title: Any,
    *body: rx.Component,
    explanation: Any = "",
    trigger: rx.Component | None = None,
    opened: Any = None,
    on_toggle: Any = None,
    max_width: str = "32rem",
    **props: Any,
) -> rx.Component:
    """Return a dialog that its ``trigger`` opens, or else the page, with ``opened``.

    Escape, a press outside and ``close_button`` close it; the page hears of that in ``on_toggle``, and without one it stays.
    """
    steered = {"open": opened} if on_toggle is None else {"open": opened, "on_open_change": on_toggle}
    return rx.dialog.root(
        rx.fragment() if trigger is None else rx.dialog.trigger(trigger),
        rx.dialog.content(
            rx.dialog.title(title, size="5", mb="1"),
            rx.dialog.description(explanation, size="3", class_name="dialog-purpose"),
            *body,
            max_width=max_width,
            class_name="dialog",
            **props,
        ),
        **(steered if trigger is None else {}),
    )


def dialog_foot(*buttons: rx.Component) -> rx.Component:
    """Return the buttons that a dialog ends with; the last one is what it is for."""
    return rx.box(*buttons, class_name="dialog-actions")


def close_button(words: str = "Close") -> rx.Component:
    """Return the button that closes the dialog in which it stands."""
    button = rx.button(words, type="button", size="3", variant="soft", color_scheme="gray")
    return rx.dialog.close(button)


def form_dialog(
    title: Any, *body: rx.Component, on_submit: Any, submit: str, explanation: Any = "", **props: Any
) -> rx.Component:
    """Return a dialog that holds a form; Enter sends it."""
    return dialog(
        title,
        rx.form(
            rx.flex(*body, direction="column", spacing="4"),
            dialog_foot(close_button("Cancel"), rx.button(submit, type="submit", size="3")),
            on_submit=on_submit,
            reset_on_submit=False,
        ),
        explanation=explanation,
        **props,
    )


def question_dialog(
    title: Any,
    *body: rx.Component,
    confirm: str,
    on_confirm: Any,
    is_loss: bool = True,
    trigger: rx.Component | None = None,
    **props: Any,
) -> rx.Component:
    """Return a dialog that asks before something is lost or replaced; the focus begins on Cancel.

    The alert dialog of Reflex puts its buttons into boxes that cannot take the focus, so that it stays behind the dialog.
    """
    sure = rx.button(
        confirm, type="button", size="3", on_click=on_confirm, **({"color_scheme": "red"} if is_loss else {})
    )
    return dialog(
        title,
        *body,
        dialog_foot(close_button("Cancel"), sure if trigger is None else rx.dialog.close(sure)),
        trigger=trigger,
        role="alertdialog",
        **props,
    )
