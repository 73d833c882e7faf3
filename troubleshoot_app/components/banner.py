"""The banner of open escalations, on every page of a senior: calm, but not to be missed."""

import reflex as rx

from troubleshoot_app.components.aloud import told
from troubleshoot_app.components.badges import overdue_badge, priority_badge
from troubleshoot_app.components.react import AlarmQuestion, ago, inline_prose
from troubleshoot_app.schemas.handoffs import Alert, Offer
from troubleshoot_app.states.inbox import InboxState


def banner() -> rx.Component:
    """Return the worst of the fresh escalations with what to do about it, and how many more there are; or nothing."""
    return rx.cond(
        InboxState.fresh > 0,
        rx.el.section(
            _alert(InboxState.alerts[0]),
            rx.foreach(InboxState.alerts[1:], _line),
            rx.box(rx.cond(InboxState.fresh > 1, _all()), AlarmQuestion.create(), class_name="banner-foot"),
            role="alert",
            class_name="banner",
        ),
    )


def offer() -> rx.Component:
    """Return the question to somebody who picked a case up and left it alone; nothing when there is no such case."""
    return told(
        rx.cond(
            InboxState.offers.length() > 0,
            rx.el.section(
                _offer(InboxState.offers[0]),
                class_name="banner banner-offer",
                custom_attrs={"aria-label": "Still on it?"},
            ),
        )
    )


def _offer(offered: rx.Var[Offer]) -> rx.Component:
    return rx.box(
        _icon("clock-alert"),
        rx.box(
            rx.text("Still on it?", weight="bold", size="4", as_="span"),
            rx.text(
                rx.link(offered.what, href=f"/sessions/{offered.session_id}"), size="3", class_name="clamp"
            ),
            rx.text(
                "You picked this up and nothing has happened since. Without an answer it is opened again in a few minutes.",
                size="2",
                class_name="quiet",
            ),
            class_name="banner-words",
        ),
        rx.box(
            rx.button("Keep it", size="3", on_click=InboxState.keep(offered.id)),
            rx.button(
                "Give it back",
                size="3",
                variant="soft",
                color_scheme="gray",
                on_click=InboxState.give_back(offered.id),
            ),
            class_name="banner-actions banner-actions-even",
        ),
        class_name="banner-row",
    )


def _all() -> rx.Component:
    more = InboxState.fresh - 1
    return rx.link(
        rx.cond(more == 1, "1 more is waiting: open the queue", f"{more} more are waiting: open the queue"),
        href="/handoffs",
        size="2",
        class_name="banner-more",
    )


def _line(alert: rx.Var[Alert]) -> rx.Component:
    """One of the next in the queue, or the newest, where the screen has room for it."""
    return rx.link(
        rx.text(
            alert.who,
            ": ",
            inline_prose(alert.what),
            rx.cond(alert.why != "", rx.fragment(" “", alert.why, "”")),
            size="2",
            class_name="banner-line-words",
            as_="span",
        ),
        overdue_badge(alert.is_overdue),
        priority_badge(alert.priority),
        href=f"/handoffs/{alert.id}",
        underline="hover",
        class_name="banner-line",
        custom_attrs={"data-alert": alert.id},
        key=alert.id,
    )


def _icon(name: str) -> rx.Component:
    return rx.icon(name, size=28, class_name="banner-icon", custom_attrs={"aria-hidden": "true"})


def _alert(alert: rx.Var[Alert]) -> rx.Component:
    return rx.box(
        _icon("life-buoy"),
        rx.box(
            rx.flex(
                rx.text(alert.who, " needs help", weight="bold", size="4", as_="span"),
                overdue_badge(alert.is_overdue),
                priority_badge(alert.priority),
                rx.text(ago(alert.created_at), size="2", class_name="quiet", as_="span"),
                align="center",
                spacing="2",
                wrap="wrap",
            ),
            rx.text(inline_prose(alert.what), size="3", class_name="banner-what"),
            rx.cond(alert.why != "", rx.text("“", alert.why, "”", size="3", class_name="banner-why")),
            class_name="banner-words",
        ),
        rx.box(
            rx.button("Pick up", size="3", on_click=InboxState.pick_up(alert.id)),
            rx.button(
                "Dismiss",
                size="3",
                variant="soft",
                color_scheme="gray",
                on_click=InboxState.dismiss(alert.id),
            ),
            class_name="banner-actions",
        ),
        class_name="banner-row",
        custom_attrs={"data-alert": alert.id},
    )
