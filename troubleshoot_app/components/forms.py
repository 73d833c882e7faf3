"""Fields with their labels."""

from typing import Any

import reflex as rx


def field(
    label: str, name: str, *, hint: str = "", fault: rx.Var[str] | None = None, **props: Any
) -> rx.Component:
    """Return a one-line text field under its label; ``fault`` is what is wrong with what was sent, said below it."""
    described = _described(name, hint) if fault is None else _faulty(name, fault)
    control = rx.input(id=f"field-{name}", name=name, size="3", width="100%", **described, **props)
    said = rx.fragment() if fault is None else fault_of(name, fault)
    return _labelled(label, name, hint, rx.fragment(control, said))


def text_field(label: str, name: str, *, hint: str = "", **props: Any) -> rx.Component:
    """Return a text field of several lines under its label."""
    props = {"rows": "4", "resize": "vertical"} | props
    control = rx.text_area(
        id=f"field-{name}", name=name, size="3", width="100%", **_described(name, hint), **props
    )
    return _labelled(label, name, hint, control)


def choice(
    label: str,
    name: str,
    options: list[tuple[str, str]],
    default: Any,
    *,
    in_rows: bool = False,
    fault: rx.Var[str] | None = None,
) -> rx.Component:
    """Return one choice out of a few, all of them visible, each big enough for a thumb; one a row if asked.

    ``fault`` is what is wrong with what was sent, said below it.
    """
    described = {} if fault is None else _faulty(name, fault)["custom_attrs"]
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
        rx.fragment() if fault is None else fault_of(name, fault),
        class_name="choice-set",
        custom_attrs={"role": "radiogroup", "aria-label": label, **described},
    )


def fault_of(name: str, fault: rx.Var[str]) -> rx.Component:
    """Return the place below what is called ``name`` where it is said, and read out, what is wrong with it."""
    return rx.box(
        rx.cond(fault != "", rx.text(fault, size="2", class_name="field-fault")),
        id=f"fault-{name}",
        role="alert",
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


def _faulty(name: str, fault: rx.Var[str]) -> dict[str, Any]:
    is_faulty = rx.cond(fault != "", "true", "false")
    return {"custom_attrs": {"aria-describedby": f"fault-{name}", "aria-invalid": is_faulty}}
