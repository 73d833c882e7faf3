"""Who has heard of an escalation: one sentence a person, as it stands; and whom escalations do not reach at all."""

from typing import Any

import reflex as rx

from troubleshoot_app.components.aloud import told
from troubleshoot_app.components.react import ago, clock
from troubleshoot_app.schemas.handoffs import Unreachable, WatchLine

_ICONS = (
    ("seen", "eye", "heard-good"),
    ("mailed", "mail-check", "heard-good"),
    ("on_screen", "monitor", ""),
    ("on_its_way", "send", ""),
    ("tried_again", "rotate-cw", "heard-bad"),
    ("failed", "mail-x", "heard-bad"),
    ("quiet", "moon", ""),
)


def watch_list(watch: Any) -> rx.Component:
    """Return how far it has come to each person, and what to do when it has come to nobody."""
    return rx.fragment(
        rx.cond(
            watch.advice != "",
            rx.box(
                rx.icon("triangle-alert", size=20, custom_attrs={"aria-hidden": "true"}),
                rx.text(watch.advice, size="3"),
                class_name="warning",
                role="alert",
            ),
        ),
        told(
            rx.cond(
                watch.people.length() > 0,
                rx.el.ul(
                    rx.foreach(watch.people, _line),
                    class_name="watch",
                    custom_attrs={"aria-label": "Who has heard of it"},
                ),
            )
        ),
    )


def unreachable_strip(people: Any) -> rx.Component:
    """Return the warning to admins that names the seniors whom escalations may not reach."""
    return rx.cond(
        people.length() > 0,
        rx.box(
            rx.icon("bell-off", size=20, custom_attrs={"aria-hidden": "true"}),
            rx.box(
                rx.text("Escalations may not reach everybody", weight="bold", size="3"),
                rx.el.ul(rx.foreach(people, _unreachable), class_name="plain-list"),
                rx.link("Look at the deliveries", href="/deliveries", size="3"),
            ),
            class_name="warning",
            role="region",
            custom_attrs={"aria-label": "Who cannot be reached"},
        ),
    )


def _unreachable(one: rx.Var[Unreachable]) -> rx.Component:
    return rx.el.li(rx.text(rx.el.b(one.person.name), ": ", one.why, ".", size="3"), key=one.person.id)


def _line(line: rx.Var[WatchLine]) -> rx.Component:
    icons = [
        (heard, rx.icon(name, size=18, class_name=class_name, custom_attrs={"aria-hidden": "true"}))
        for heard, name, class_name in _ICONS
    ]
    other = rx.icon("minus", size=18, custom_attrs={"aria-hidden": "true"})
    return rx.el.li(
        rx.match(line.heard, *icons, other), rx.text(_sentence(line), size="3"), key=line.person.id
    )


def _sentence(line: rx.Var[WatchLine]) -> rx.Component:
    name = rx.el.b(line.person.name)
    return rx.match(
        line.heard,
        ("seen", rx.fragment(name, " saw it ", ago(line.at))),
        ("mailed", rx.fragment(name, " was mailed at ", clock(line.at))),
        ("on_screen", rx.fragment(name, " has it on screen since ", clock(line.at), ", not seen yet")),
        ("on_its_way", rx.fragment(name, " is being told")),
        (
            "tried_again",
            rx.fragment(name, ": mail not through yet (", line.why, "), next try at ", clock(line.at)),
        ),
        ("failed", rx.fragment(name, ": mail failed, ", line.why)),
        ("quiet", rx.fragment(name, ": quiet hours until ", clock(line.at))),
        ("not_chosen", rx.fragment(name, " chose not to be told")),
        rx.fragment(name, " was not told: ", line.why),
    )
