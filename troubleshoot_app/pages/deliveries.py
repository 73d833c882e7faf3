"""All deliveries of the account, for admins: whom escalations came to, and what to send again."""

import reflex as rx

from troubleshoot_app.components.badges import DELIVERY_WORDS, delivery_badge
from troubleshoot_app.components.lists import more_button, narrowing, select
from troubleshoot_app.components.react import Follow, ago, clock
from troubleshoot_app.components.shell import empty, not_for_you, page, page_heading, waiting
from troubleshoot_app.domain.handoff import News
from troubleshoot_app.schemas.handoffs import AccountDelivery
from troubleshoot_app.states.deliveries import DeliveriesState
from troubleshoot_app.states.inbox import InboxState


def deliveries() -> rx.Component:
    """Return the page."""
    return page(
        rx.cond(
            DeliveriesState.refused != "",
            not_for_you(DeliveriesState.refused),
            rx.fragment(
                page_heading("Deliveries"),
                rx.text(
                    "Who was told of the latest escalations, how, and whether it arrived.",
                    size="3",
                    class_name="quiet",
                ),
                rx.text(
                    "Mails of invitations are listed in ",
                    rx.link("People", href="/people"),
                    ". Mails with a link for a new password are listed nowhere: who asks for one is nobody else's business.",
                    size="2",
                    class_name="quiet",
                ),
                narrowing(_state()),
                rx.cond(DeliveriesState.loaded, _list(), waiting()),
            ),
        ),
        Follow.create(hydrated=rx.State.is_hydrated, tick=InboxState.progress, on_tick=DeliveriesState.load),
    )


def _state() -> rx.Component:
    return select(
        "State",
        rx.el.option("All", value=""),
        *[rx.el.option(words, value=status) for status, words, _ in DELIVERY_WORDS],
        value=DeliveriesState.status,
        on_change=DeliveriesState.choose_status,
    )


def _list() -> rx.Component:
    return rx.cond(
        DeliveriesState.items.length() > 0,
        rx.fragment(
            rx.el.ul(
                rx.foreach(DeliveriesState.items, _delivery),
                class_name="rows",
                custom_attrs={"aria-label": "Deliveries"},
            ),
            more_button(DeliveriesState),
        ),
        empty(
            "mail-check",
            "Nothing here",
            rx.cond(
                DeliveriesState.status != "",
                "No delivery is in this state. Choose another one.",
                "As soon as somebody escalates, you see here who was told and how.",
            ),
        ),
    )


def _delivery(delivery: rx.Var[AccountDelivery]) -> rx.Component:
    return rx.el.li(
        rx.box(
            rx.text(delivery.recipient.name, weight="medium", size="3"),
            rx.text(
                rx.cond(delivery.channel == "email", "By mail", "On screen"),
                rx.cond(delivery.news, rx.fragment(": ", _news(delivery))),
                " · ",
                rx.link(delivery.handoff.title, href=f"/handoffs/{delivery.handoff.id}"),
                " · ",
                ago(delivery.created_at),
                size="2",
                class_name="quiet",
            ),
            rx.cond(
                (delivery.attempts > 0) | delivery.next_attempt_at,
                rx.text(_course(delivery), size="2", class_name="quiet"),
            ),
            rx.cond(delivery.error != "", rx.text(delivery.error, size="2")),
            rx.cond(
                delivery.can_be_resent,
                rx.button(
                    "Send again",
                    size="3",
                    variant="soft",
                    on_click=DeliveriesState.resend(delivery.id),
                    custom_attrs={"aria-label": f"Send again to {delivery.recipient.name}"},
                ),
            ),
            class_name="grow",
        ),
        delivery_badge(delivery.status, delivery.silenced),
        key=delivery.id,
    )


def _news(delivery: rx.Var[AccountDelivery]) -> rx.Var:
    """Return what a mail tells of a case to whoever escalated or picked it up."""
    return rx.match(
        delivery.news,
        (News.CLAIMED.value, "it was picked up"),
        (News.OPEN_AGAIN.value, "it is open again"),
        (News.RESOLVED.value, "it is resolved"),
        "is anybody still on it?",
    )


def _course(delivery: rx.Var[AccountDelivery]) -> rx.Component:
    """Return what has happened so far, and what comes next."""
    tries = rx.cond(delivery.attempts == 1, "1 try", f"{delivery.attempts} tries")
    return rx.fragment(
        rx.cond(delivery.attempts > 0, tries, "Not tried yet"),
        rx.cond(
            delivery.seen_at,
            rx.fragment(", seen at ", clock(delivery.seen_at)),
            rx.cond(delivery.sent_at, rx.fragment(", sent at ", clock(delivery.sent_at))),
        ),
        rx.cond(delivery.next_attempt_at, rx.fragment(", next at ", clock(delivery.next_attempt_at))),
    )
