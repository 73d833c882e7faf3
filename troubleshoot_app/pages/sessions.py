"""The page of a session: the walk."""

import reflex as rx

from troubleshoot_app.components.aloud import told
from troubleshoot_app.components.answer_change import change_dialog
from troubleshoot_app.components.badges import status_badge
from troubleshoot_app.components.case_dialogs import release_dialog, resolve_dialog
from troubleshoot_app.components.dialogs import form_dialog
from troubleshoot_app.components.forms import choice, text_field
from troubleshoot_app.components.links import link_button
from troubleshoot_app.components.path import path_so_far
from troubleshoot_app.components.react import Follow, Later
from troubleshoot_app.components.shell import no_page, page, waiting
from troubleshoot_app.components.walk import (
    action_bar,
    arrival,
    end_card,
    files_at_hand,
    keys,
    map_dialog,
    node_card,
    note_box,
    scenario_dialog,
    steps_left,
)
from troubleshoot_app.components.watch import watch_list
from troubleshoot_app.states.inbox import InboxState
from troubleshoot_app.states.sessions import SessionState


def session() -> rx.Component:
    """Return the walk page."""
    return page(
        rx.cond(
            SessionState.missing != "",
            no_page(
                "map-pin-off",
                "No such session",
                SessionState.missing,
                rx.link("Your sessions", href="/sessions"),
            ),
            rx.cond(SessionState.id != "", _walk(), waiting()),
        ),
        Follow.create(hydrated=rx.State.is_hydrated, tick=InboxState.tick, on_tick=SessionState.refresh),
        Follow.create(hydrated=rx.State.is_hydrated, tick=InboxState.progress, on_tick=SessionState.follow),
        wide=True,
    )


def _walk() -> rx.Component:
    return rx.fragment(
        rx.box(
            rx.box(
                _about(),
                _standing(),
                node_card(),
                end_card(),
                rx.cond(SessionState.can_walk, note_box()),
                files_at_hand(),
                action_bar(),
                class_name="walk-main",
            ),
            Later.create(path_so_far()),
            class_name="walk",
        ),
        arrival(),
        Later.create(
            map_dialog(),
            scenario_dialog(),
            change_dialog(),
            rx.cond(SessionState.can_walk, keys()),
            _escalate_dialog(),
            _park_dialog(),
            _complete_dialog(),
            release_dialog(SessionState),
            resolve_dialog(SessionState, SessionState.handoff.raised_by.name),
        ),
    )


def _about() -> rx.Component:
    return rx.flex(
        rx.text(
            rx.cond(SessionState.title != "", SessionState.title + " · ", ""),
            SessionState.tree_title,
            _part(SessionState.asset),
            _part(SessionState.ticket_ref),
            size="2",
            class_name="quiet clamp about-case",
        ),
        rx.cond(SessionState.status != "active", status_badge(SessionState.status)),
        steps_left(),
        justify="between",
        align="baseline",
        wrap="wrap",
        class_name="about",
    )


def _part(words: rx.Var[str]) -> rx.Component:
    """Return the name of a machine or of a ticket; it is not broken where it fits a line."""
    return rx.cond(words != "", rx.fragment(" · ", rx.el.span(words, class_name="whole")))


def _standing() -> rx.Component:
    """Return who has the session and what that means, whenever it is not simply being walked."""
    strip = rx.match(
        SessionState.status,
        ("escalated", _escalated()),
        ("parked", _strip("circle-pause", "This session is parked.", _resume())),
        ("abandoned", _strip("archive", "This session was closed: nobody went on with it.", _resume())),
        ("completed", _completed()),
        rx.cond(
            SessionState.is_mine,
            rx.cond(SessionState.handoff, _picked_up()),
            _strip("user-round-check", f"{SessionState.holder_name} has this session."),
        ),
    )
    return told(strip, class_name="standing")


def _resume() -> rx.Component:
    return rx.cond(SessionState.is_mine, rx.button("Resume", size="3", on_click=SessionState.resume))


def _escalated() -> rx.Component:
    return _strip(
        "life-buoy",
        rx.cond(
            SessionState.is_mine,
            "Waiting for a senior. You will be told here as soon as somebody has it.",
            f"{SessionState.holder_name} is waiting for a senior.",
        ),
        link_button("Who was told", href=f"/handoffs/{SessionState.handoff.id}"),
        rx.cond(
            SessionState.is_mine,
            rx.button(
                "Cancel escalation",
                size="3",
                variant="soft",
                color_scheme="gray",
                on_click=SessionState.cancel_escalation,
            ),
            rx.cond(
                InboxState.is_senior,
                rx.button("Pick up", size="3", on_click=InboxState.pick_up(SessionState.handoff.id)),
            ),
        ),
        below=_watch(),
    )


def _watch() -> rx.Component:
    """Return in a few lines how far the escalation has come."""
    return rx.box(
        watch_list(SessionState.watch),
        rx.cond(
            SessionState.watch.more > 0,
            rx.link(
                f"and {SessionState.watch.more} more", href=f"/handoffs/{SessionState.handoff.id}", size="3"
            ),
        ),
        class_name="strip-below",
    )


def _picked_up() -> rx.Component:
    return _strip(
        "handshake",
        rx.fragment(
            f"You picked this up from {SessionState.handoff.raised_by.name}.",
            rx.cond(SessionState.handoff.reason != "", f" “{SessionState.handoff.reason}”", ""),
        ),
        link_button("Briefing", href=f"/handoffs/{SessionState.handoff.id}"),
        rx.button(
            "Release",
            size="3",
            variant="soft",
            color_scheme="gray",
            on_click=SessionState.open_dialog("release"),
        ),
    )


def _completed() -> rx.Component:
    return _strip(
        "circle-check",
        rx.fragment(
            rx.cond(
                SessionState.outcome == "resolved", "Completed: it is solved.", "Completed: it is not solved."
            ),
            rx.cond(SessionState.summary != "", " " + SessionState.summary, ""),
        ),
        link_button("Find another tree", href="/trees"),
    )


def _strip(
    icon: str, words: rx.Component | str, *actions: rx.Component, below: rx.Component | None = None
) -> rx.Component:
    return rx.box(
        rx.icon(icon, size=22, custom_attrs={"aria-hidden": "true"}),
        rx.text(words, size="3", class_name="grow"),
        rx.box(*actions, class_name="strip-actions"),
        rx.fragment() if below is None else below,
        class_name="strip",
    )


def _escalate_dialog() -> rx.Component:
    reach = SessionState.reach
    return form_dialog(
        "Escalate",
        text_field(
            "Reason",
            "reason",
            placeholder="What did you expect, what happens instead?",
            max_length=10_000,
            auto_focus=True,
        ),
        choice(
            "Priority",
            "priority",
            [("low", "Low"), ("normal", "Normal"), ("high", "High"), ("urgent", "Urgent")],
            "normal",
        ),
        opened=SessionState.dialog == "escalate",
        on_toggle=SessionState.toggle_dialog,
        on_submit=SessionState.escalate,
        submit="Send escalation",
        explanation=rx.cond(
            reach.online + reach.by_mail > 0,
            "Your path and notes go along. " + reach.summary,
            reach.summary,
        ),
    )


def _park_dialog() -> rx.Component:
    return form_dialog(
        "Park",
        text_field(
            "Reason", "reason", placeholder="Optional. Such as: waiting for a spare part.", max_length=10_000
        ),
        opened=SessionState.dialog == "park",
        on_toggle=SessionState.toggle_dialog,
        on_submit=SessionState.park,
        submit="Park session",
        explanation="It stays as it is until you resume it. Nobody is told.",
    )


def _complete_dialog() -> rx.Component:
    return form_dialog(
        "Complete",
        choice(
            "Is it solved?",
            "outcome",
            [("resolved", "Yes, solved"), ("unresolved", "No, not solved")],
            "resolved",
        ),
        text_field(
            "Summary", "summary", placeholder="Optional. What was it, what helped?", max_length=10_000
        ),
        opened=SessionState.dialog == "complete",
        on_toggle=SessionState.toggle_dialog,
        on_submit=SessionState.complete,
        submit="Complete session",
        explanation="This ends the session. Everything stays in the record.",
    )
