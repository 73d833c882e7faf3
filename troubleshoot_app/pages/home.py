"""Home: what to do next, for whoever it is."""

import reflex as rx

from troubleshoot_app.components.cards import handoff_card, session_card, tree_card
from troubleshoot_app.components.react import Follow
from troubleshoot_app.components.shell import empty, page, page_heading, waiting
from troubleshoot_app.components.watch import unreachable_strip
from troubleshoot_app.states.home import HomeState
from troubleshoot_app.states.inbox import InboxState


def home() -> rx.Component:
    """Return what waits: open escalations first for seniors, open sessions and trees for everybody."""
    return page(
        page_heading(f"Hello, {InboxState.first_name}"),
        rx.cond(
            HomeState.loaded,
            rx.fragment(
                unreachable_strip(HomeState.unreachable),
                rx.cond(InboxState.is_senior, _escalations()),
                rx.cond(HomeState.sessions.length() > 0, _sessions()),
                _trees(),
            ),
            waiting(),
        ),
        Follow.create(hydrated=rx.State.is_hydrated, tick=InboxState.tick, on_tick=HomeState.load),
    )


def _escalations() -> rx.Component:
    return _section(
        "Escalations",
        rx.link("The whole queue", href="/handoffs", size="3"),
        rx.cond(
            HomeState.queue.length() > 0,
            rx.box(rx.foreach(HomeState.queue, handoff_card), class_name="stack"),
            rx.text(
                "Nobody is waiting for help. You will see it here, at once, when somebody does.",
                class_name="quiet",
            ),
        ),
    )


def _sessions() -> rx.Component:
    return _section(
        "Continue",
        rx.link("All sessions", href="/sessions", size="3"),
        rx.box(rx.foreach(HomeState.sessions, session_card), class_name="stack"),
    )


def _trees() -> rx.Component:
    return _section(
        "Find a tree",
        rx.link("All trees", href="/trees", size="3"),
        rx.cond(
            HomeState.trees.length() > 0,
            rx.box(rx.foreach(HomeState.trees, tree_card), class_name="cards"),
            empty(
                "git-branch",
                "No trees yet",
                "As soon as somebody publishes a tree, you can walk it from here.",
            ),
        ),
    )


def _section(title: str, more: rx.Component, body: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.flex(rx.heading(title, as_="h2", size="5"), more, justify="between", align="baseline"),
        body,
        class_name="section",
    )
