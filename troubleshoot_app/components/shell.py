"""The frame around every page: header, banner, toasts; and what an empty or waiting page shows."""

from typing import Any

import reflex as rx

from troubleshoot_app.components.banner import banner, offer
from troubleshoot_app.components.react import AlarmSwitch, FirstLink, Live, PostForm, ReloadButton, SkipLink
from troubleshoot_app.states.base import MessageState
from troubleshoot_app.states.inbox import InboxState

_PLACES = (("Home", "/"), ("Trees", "/trees"), ("Sessions", "/sessions"), ("Escalations", "/handoffs"))


def page(*children: rx.Component, wide: bool = False) -> rx.Component:
    """Return a page of a signed-in person."""
    return rx.box(
        _header(),
        banner(),
        offer(),
        rx.el.main(
            *children, id="content", tab_index=-1, class_name="content content-wide" if wide else "content"
        ),
        _live(),
        class_name="page",
    )


def outside_page(*children: rx.Component) -> rx.Component:
    """Return a page for who is not signed in."""
    return rx.box(
        rx.el.main(
            rx.flex(
                _mark(),
                rx.text("Troubleshoot", weight="bold", size="5"),
                align="center",
                spacing="2",
                justify="center",
            ),
            *children,
            id="content",
            class_name="outside",
        ),
        class_name="page",
    )


def page_heading(title: Any, *beside: rx.Component) -> rx.Component:
    """Return the heading of a page with what stands at its side."""
    return rx.box(rx.heading(title, as_="h1", size="7"), *beside, class_name="page-heading")


def empty(icon: str, title: Any, words: Any, *actions: rx.Component) -> rx.Component:
    """Return what a list shows when there is nothing in it, and what to do about that."""
    return _nothing("h2", icon, title, words, *actions)


def no_page(icon: str, title: Any, words: Any, *actions: rx.Component) -> rx.Component:
    """Return what stands in place of a whole page that cannot be shown, and where to go instead."""
    return _nothing("h1", icon, title, words, *actions)


def _nothing(level: Any, icon: str, title: Any, words: Any, *actions: rx.Component) -> rx.Component:
    return rx.box(
        rx.icon(icon, size=32, class_name="quiet", custom_attrs={"aria-hidden": "true"}),
        rx.heading(title, as_=level, size="4"),
        rx.text(words, size="3", class_name="quiet"),
        *actions,
        class_name="empty",
    )


def for_seniors(*children: rx.Component) -> rx.Component:
    """Return what only seniors work with; whoever else comes here is told so."""
    return rx.cond(
        (InboxState.user_name != "") & ~InboxState.is_senior,
        not_for_you("Only seniors write trees. Ask an admin if you should be one."),
        rx.fragment(*children),
    )


def not_for_you(words: Any) -> rx.Component:
    """Return what stands in place of a page that the role of whoever looks at it does not allow."""
    return no_page("lock", "Not for your role", words, rx.link("To the start page", href="/"))


def waiting() -> rx.Component:
    """Return the sign that a page is on its way; or why it does not come, and what to do then."""
    has_failed = (MessageState.failure != "") & (MessageState.failed_at == MessageState.router.url.path)
    return rx.cond(has_failed, _failed(), _on_its_way())


def _failed() -> rx.Component:
    return no_page(
        "circle-alert",
        "This page could not be loaded",
        MessageState.failure,
        ReloadButton.create(label="Try again"),
        rx.link("To the start page", href="/"),
    )


def _on_its_way() -> rx.Component:
    return rx.box(
        *[rx.skeleton(height="4.5rem", width="100%") for _ in range(3)],
        class_name="stack",
        role="status",
        custom_attrs={"aria-label": "Loading"},
    )


def _mark() -> rx.Component:
    return rx.image(src="/mark.svg", alt="", width="28px", height="28px")


def _header() -> rx.Component:
    return rx.el.header(
        SkipLink.create(target="content", label="Skip to content"),
        rx.link(
            _mark(),
            rx.text("Troubleshoot", weight="bold", size="4", class_name="brand-name", as_="span"),
            href="/",
            underline="none",
            class_name="brand",
            custom_attrs={"aria-label": "Troubleshoot, home"},
        ),
        rx.el.nav(
            *[_place(name, href) for name, href in _PLACES],
            _insights(),
            class_name="places",
            custom_attrs={"aria-label": "Main"},
        ),
        _menu(),
        class_name="header",
    )


def _place(name: str, href: str) -> rx.Component:
    path = InboxState.router.url.path
    here = (path == href) if href == "/" else path.startswith(href)
    return rx.link(
        name,
        _count() if href == "/handoffs" else rx.fragment(),
        href=href,
        underline="none",
        class_name=rx.cond(here, "place place-here", "place"),
        custom_attrs={"aria-current": rx.cond(here, "page", "false")},
    )


def _insights() -> rx.Component:
    return rx.cond(InboxState.is_senior, _place("Insights", "/insights"))


def _count() -> rx.Component:
    waiting = rx.el.span(InboxState.waiting, rx.el.span(" waiting", class_name="unseen"), class_name="count")
    return rx.cond(InboxState.waiting > 0, waiting)


def _menu() -> rx.Component:
    return rx.box(_menu_popover(), rx.box(_count(), class_name="menu-count"), class_name="menu-place")


def _menu_popover() -> rx.Component:
    return rx.popover.root(
        rx.popover.trigger(
            rx.button(
                rx.icon("menu", size=22, class_name="menu-bars", custom_attrs={"aria-hidden": "true"}),
                rx.icon(
                    "circle-user-round", size=22, class_name="menu-face", custom_attrs={"aria-hidden": "true"}
                ),
                variant="ghost",
                color_scheme="gray",
                class_name="menu-button",
                custom_attrs={"aria-label": "Menu"},
            )
        ),
        rx.popover.content(
            FirstLink.create(),
            rx.box(
                rx.text(InboxState.user_name, weight="bold", size="3"),
                rx.text(InboxState.account_name, size="2", class_name="quiet"),
                class_name="menu-who",
            ),
            rx.el.nav(
                *[_place(name, href) for name, href in _PLACES],
                _insights(),
                class_name="menu-places",
                custom_attrs={"aria-label": "Menu"},
            ),
            rx.box(
                rx.cond(InboxState.is_senior, _place("People", "/people")),
                rx.cond(InboxState.is_admin, _place("Audit log", "/audit")),
                _place("Your account", "/account"),
                rx.cond(InboxState.is_senior, AlarmSwitch.create()),
                class_name="menu-more",
            ),
            PostForm.create(
                rx.button(
                    "Sign out", type="submit", variant="soft", color_scheme="gray", size="3", width="100%"
                ),
                action="/api/v1/auth/web/sign-out",
                next="",
                fallback="/login",
            ),
            align="end",
            class_name="menu",
            custom_attrs={"aria-label": "Menu"},
        ),
    )


def _live() -> rx.Component:
    return Live.create(
        hydrated=rx.State.is_hydrated,
        message_seq=MessageState.seq,
        message_text=MessageState.text,
        message_kind=MessageState.kind,
        message_href=MessageState.href,
        notice_id=InboxState.notice_id,
        notice_text=InboxState.notice_text,
        notice_href=InboxState.notice_href,
        alerts=InboxState.alerts,
        count=InboxState.fresh,
        on_seen=InboxState.saw,
    )
