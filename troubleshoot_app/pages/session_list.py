"""The list of sessions: continue, find, rename, take away."""

import reflex as rx

from troubleshoot_app.components.aloud import found_aloud
from troubleshoot_app.components.cards import session_card
from troubleshoot_app.components.dialogs import form_dialog
from troubleshoot_app.components.export import copy_button, export_button
from troubleshoot_app.components.forms import field, text_field
from troubleshoot_app.components.links import link_button, replay_link
from troubleshoot_app.components.lists import more_button, narrowing, search_box, select
from troubleshoot_app.components.shell import empty, page, page_heading, waiting
from troubleshoot_app.schemas.sessions import SessionSummary
from troubleshoot_app.states.inbox import InboxState
from troubleshoot_app.states.session_list import SessionsState

_STATUSES = (
    ("", "Open"),
    ("active", "In progress"),
    ("parked", "Parked"),
    ("escalated", "Escalated"),
    ("completed", "Completed"),
    ("abandoned", "Closed"),
    ("all", "All"),
)


def sessions() -> rx.Component:
    """Return the page."""
    return page(
        page_heading("Sessions"),
        rx.box(
            search_box("Search sessions", SessionsState),
            _filters(),
            class_name="finder",
        ),
        found_aloud(SessionsState.sessions.length(), "session", when=SessionsState.address != ""),
        rx.cond(SessionsState.loads > 0, _found(), waiting()),
        _about_dialog(),
    )


def _filters() -> rx.Component:
    return narrowing(
        select(
            "State",
            *[rx.el.option(words, value=status) for status, words in _STATUSES],
            value=SessionsState.status,
            on_change=SessionsState.choose_status,
        ),
        select(
            "Tree",
            rx.el.option("All trees", value=""),
            rx.foreach(SessionsState.trees, lambda tree: rx.el.option(tree.title, value=tree.id)),
            value=SessionsState.tree,
            on_change=SessionsState.choose_tree,
        ),
        rx.cond(
            InboxState.is_senior,
            select(
                "Whose",
                rx.el.option("Mine", value=""),
                rx.el.option("Everybody's", value="account"),
                value=SessionsState.scope,
                on_change=SessionsState.choose_scope,
            ),
        ),
    )


def _found() -> rx.Component:
    return rx.cond(
        SessionsState.sessions.length() > 0,
        rx.fragment(
            rx.box(rx.foreach(SessionsState.sessions, _session), class_name="stack"),
            more_button(SessionsState),
        ),
        empty(
            "clipboard-list",
            rx.cond(SessionsState.address != "", "No sessions here", "No open sessions"),
            rx.cond(
                SessionsState.address != "",
                "No session fits. Use fewer words, or choose another state.",
                "Find the tree that fits what is broken, and start one.",
            ),
            rx.cond(
                SessionsState.address != "",
                link_button("Show all sessions", href="/sessions?status=all"),
                rx.flex(
                    link_button("Find a tree", href="/trees", variant="solid"),
                    link_button("Show all sessions", href="/sessions?status=all"),
                    spacing="3",
                    wrap="wrap",
                    justify="center",
                ),
            ),
        ),
    )


def _session(session: rx.Var[SessionSummary]) -> rx.Component:
    name = rx.cond(session.title != "", session.title, session.tree.title)
    is_mine = session.holder.id == SessionsState.me
    waits = (session.status == "parked") | (session.status == "abandoned")
    return session_card(
        session,
        rx.box(
            rx.cond(
                is_mine & waits,
                rx.button("Resume", size="3", variant="soft", on_click=SessionsState.resume(session.id)),
            ),
            rx.cond(
                is_mine & (session.status == "active"),
                link_button("Continue", href=f"/sessions/{session.id}"),
            ),
            copy_button(session.id),
            replay_link(session.id),
            rx.cond(
                is_mine,
                rx.button(
                    rx.icon("pencil", size=18, custom_attrs={"aria-hidden": "true"}),
                    "Title, notes",
                    size="3",
                    variant="soft",
                    color_scheme="gray",
                    on_click=SessionsState.open_dialog(session.id),
                ),
            ),
            export_button(session.id),
            class_name="session-actions",
            role="group",
            custom_attrs={"aria-label": name},
        ),
        me=SessionsState.me,
    )


def _about_dialog() -> rx.Component:
    chosen = SessionsState.chosen
    return form_dialog(
        "What is it about?",
        field("Title", "title", default_value=chosen.title, max_length=200, auto_focus=True),
        field("Ticket", "ticket_ref", default_value=chosen.ticket_ref, max_length=200),
        field("Asset", "asset", default_value=chosen.asset, max_length=200),
        text_field("Notes", "notes", default_value=SessionsState.chosen_notes, max_length=10_000),
        opened=SessionsState.dialog == "about",
        on_toggle=SessionsState.toggle_dialog,
        on_submit=SessionsState.describe,
        submit="Save",
        explanation="A few words that you and a senior will know it by, where it is in your ticket system, and what concerns"
        " the case as a whole.",
    )
