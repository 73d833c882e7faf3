"""The banner of open escalations, on every page of a senior: calm, but not to be missed."""

import reflex as rx

from troubleshoot_app.components.badges import priority_badge
from troubleshoot_app.components.react import ago, inline_prose
from troubleshoot_app.schemas.handoffs import Alert
from troubleshoot_app.states.inbox import InboxState


def banner() -> rx.Component:
    """Return the worst of the fresh escalations with what to do about it; nothing when there is none."""
    return rx.cond(
        InboxState.fresh > 0,
        rx.el.section(
            _alert(InboxState.alerts[0]),
            rx.cond(
                InboxState.fresh > 1,
                rx.link(
                    f"and {InboxState.fresh - 1} more waiting: open the queue",
                    href="/handoffs",
                    size="2",
                    class_name="banner-more",
                ),
            ),
            role="alert",
            class_name="banner",
        ),
    )


def _alert(alert: rx.Var[Alert]) -> rx.Component:
    return rx.box(
        rx.icon("life-buoy", size=28, class_name="banner-icon", custom_attrs={"aria-hidden": "true"}),
        rx.box(
            rx.flex(
                rx.text(alert.who, " needs help", weight="bold", size="4", as_="span"),
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
    )
