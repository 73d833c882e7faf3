"""Home: what to do next, for whoever it is."""

import reflex as rx

from troubleshoot_app.components.cards import handoff_card, session_card, tree_card
from troubleshoot_app.components.react import Follow, SearchForm
from troubleshoot_app.components.shell import empty, page, page_heading, waiting
from troubleshoot_app.components.watch import unreachable_strip
from troubleshoot_app.states.home import HomeState
from troubleshoot_app.states.inbox import InboxState


def home() -> rx.Component:
    """Return what waits: open escalations first for seniors, open sessions and trees for everybody. Field staff looks for
    a tree first."""
    return page(
        page_heading(rx.cond(InboxState.first_name != "", f"Hello, {InboxState.first_name}", "Hello")),
        rx.cond((InboxState.user_name != "") & ~InboxState.is_senior, _search()),
        rx.cond(
            HomeState.loaded,
            rx.fragment(
                unreachable_strip(HomeState.unreachable),
                rx.cond(InboxState.is_senior, rx.fragment(_escalations(), _search())),
                rx.cond(HomeState.sessions.length() > 0, _sessions()),
                rx.cond(InboxState.is_admin, _to_look_after()),
                _trees(),
            ),
            waiting(),
        ),
        Follow.create(hydrated=rx.State.is_hydrated, tick=InboxState.tick, on_tick=HomeState.load),
    )


def _search() -> rx.Component:
    return SearchForm.create(
        rx.icon("search", size=18, custom_attrs={"aria-hidden": "true"}),
        to="/trees",
        label="What is broken?",
        placeholder="Such as: no power",
    )


def _escalations() -> rx.Component:
    return _section(
        "Escalations",
        ("The whole queue", "/handoffs"),
        rx.cond(
            HomeState.queue.length() > 0,
            rx.box(
                rx.foreach(HomeState.queue, lambda one: handoff_card(one, HomeState.me)), class_name="stack"
            ),
            rx.text(
                "Nobody is waiting for help. You will see it here, at once, when somebody does.",
                class_name="quiet",
            ),
        ),
    )


def _to_look_after() -> rx.Component:
    """Return what admins see to: drafts with problems, and mails that came to nobody."""
    return _section(
        "To look after",
        ("People", "/people"),
        rx.fragment(
            rx.cond(
                HomeState.failed > 0,
                rx.text(
                    rx.link(
                        HomeState.failed, rx.cond(HomeState.failed == 1, " mail", " mails"),
                        " of open escalations failed", href="/deliveries",
                    ),
                    size="3",
                ),
            ),
            rx.cond(
                HomeState.faulty.length() > 0,
                rx.fragment(
                    rx.text(
                        rx.link("Drafts with problems", href="/trees?state=faulty"),
                        " cannot be published:", size="3",
                    ),
                    rx.box(rx.foreach(HomeState.faulty, tree_card), class_name="cards"),
                ),
            ),
            rx.cond(
                (HomeState.failed == 0) & (HomeState.faulty.length() == 0),
                rx.text(
                    "Nothing to see to. Drafts with problems and mails that came to nobody are listed here.",
                    class_name="quiet",
                ),
            ),
        ),
    )  # fmt: skip


def _sessions() -> rx.Component:
    return _section(
        "Continue",
        ("All sessions", "/sessions"),
        rx.box(
            rx.foreach(HomeState.sessions, lambda one: session_card(one, me=HomeState.me)), class_name="stack"
        ),
    )


def _trees() -> rx.Component:
    return _section(
        "Find a tree",
        ("All trees", "/trees"),
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


def _section(title: str, more: tuple[str, str], body: rx.Component) -> rx.Component:
    words, href = more
    return rx.el.section(
        rx.flex(
            rx.heading(title, as_="h2", size="5"),
            rx.link(words, href=href, size="3", class_name="page-link"),
            justify="between",
            align="center",
        ),
        body,
        class_name="section",
    )
