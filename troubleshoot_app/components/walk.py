"""Parts of the walk: the node with its answers, the note, the bar that is always in reach."""

from typing import Any

import reflex as rx

from troubleshoot_app.components.attachments import attach, files_of
from troubleshoot_app.components.dialogs import close_button, dialog, dialog_foot, form_dialog
from troubleshoot_app.components.forms import field
from troubleshoot_app.components.react import Answers, Arrival, Keys, Note, chart, inline_prose, prose
from troubleshoot_app.schemas.scenarios import NAME_LENGTH
from troubleshoot_app.states.sessions import SessionState

STEPS_LEFT = "steps-left"
FOUND = "found"
TYPED_NOTE = rx.Var("(document.getElementById('note')?.value ?? null)").to(str)
"""What is in the box for notes at the moment of a press."""


def steps_left() -> rx.Component:
    """Return how many steps there are still to go; a screen reader says it with the question."""
    return rx.text(
        rx.cond(SessionState.can_walk, SessionState.steps_left, ""),
        id=STEPS_LEFT,
        size="2",
        class_name="quiet steps-left",
    )


def node_card() -> rx.Component:
    """Return the current node: its text as the heading, its help, and one button per option."""
    return rx.box(
        _border(),
        rx.el.h1(
            inline_prose(SessionState.node.text),
            id="question",
            tab_index=-1,
            custom_attrs={"aria-describedby": f"{FOUND} {STEPS_LEFT}"},
            class_name=rx.cond(SessionState.is_long, "node-text node-long", "node-text"),
        ),
        rx.cond(SessionState.node.help != "", rx.box(prose(SessionState.node.help), class_name="node-help")),
        rx.cond(
            SessionState.can_walk,
            Answers.create(
                session_id=SessionState.id,
                revision=SessionState.revision,
                hydrated=rx.State.is_hydrated,
                options=SessionState.node.options,
                reading=SessionState.node.reading,
                acknowledge=SessionState.node.acknowledge,
                on_answer=SessionState.choose,
            ),
        ),
        key=SessionState.node.id + SessionState.seq.to_string(),
        class_name="node",
    )


def _border() -> rx.Component:
    """Return which other tree the question belongs to, and what such a tree came to before the walk came home."""
    return rx.fragment(
        rx.cond(
            SessionState.found != "",
            rx.box(
                rx.icon("corner-down-left", size=18, custom_attrs={"aria-hidden": "true"}),
                rx.text(
                    rx.el.span(f"{SessionState.found_in}: ", class_name="quiet"),
                    inline_prose(SessionState.found),
                    size="3",
                    class_name="grow",
                ),
                id=FOUND,
                class_name="strip",
            ),
        ),
        rx.cond(
            SessionState.current_tree != "",
            rx.text("In “", SessionState.current_tree, "”", size="2", class_name="quiet"),
        ),
    )


def arrival() -> rx.Component:
    """Bring the question into focus and view whenever the session has moved."""
    place = SessionState.id + SessionState.status + SessionState.node.id + SessionState.seq.to_string()
    return Arrival.create(hydrated=rx.State.is_hydrated, place=place, target="question")


def end_card() -> rx.Component:
    """Return what to do at an end of the tree; who picked the case up resolves it, others complete or escalate."""
    ends = rx.cond(
        SessionState.node.kind == "resolution",
        rx.fragment(
            rx.text("Did that solve it?", weight="bold", size="4"),
            _way_out("It is solved: complete", "complete"),
            _way_out("It is not solved: get help", "escalate", variant="soft"),
        ),
        rx.fragment(
            rx.text("The tree ends here. Hand over to a senior, with all that you tried.", size="4"),
            _way_out("Get help now", "escalate"),
        ),
    )
    picked_up = rx.fragment(
        rx.text("The tree ends here. When it is solved, say what helped.", size="4"),
        _way_out("It is solved: resolve", "resolve"),
    )
    return rx.cond(
        SessionState.can_walk & (SessionState.node.options.length() == 0),
        rx.box(rx.cond(SessionState.handoff, picked_up, ends), class_name="end"),
    )


def _way_out(words: str, dialog_name: str, **props: Any) -> rx.Component:
    return rx.button(
        words,
        size="4",
        class_name="option-button",
        on_click=SessionState.open_dialog(dialog_name),
        **props,
    )


def note_box() -> rx.Component:
    """Return the note of the current node; it is kept as it is typed."""
    return rx.box(
        rx.el.label("Note", html_for="note", class_name="field-label"),
        Note.create(
            key=SessionState.node.id
            + SessionState.seq.to_string()
            + "/"
            + SessionState.step_count.to_string(),
            session_id=SessionState.id,
            seq=SessionState.seq,
            node=SessionState.node.id,
            saved=SessionState.note,
            hydrated=rx.State.is_hydrated,
            placeholder="What you see, hear or measure. Kept with your answer.",
            on_save=SessionState.save_note,
        ),
        class_name="field note",
    )


def files_at_hand() -> rx.Component:
    """Return the photos and files of the question at hand and those that belong to no step, and what adds more."""
    at_hand = SessionState.seq + 1
    return rx.fragment(
        attach(
            SessionState.id,
            at_hand,
            SessionState.node.id,
            takes=SessionState.can_walk,
            on_done=SessionState.refresh,
        ),
        files_of(SessionState.attachments, at_hand, and_loose=True),
    )


def scenario_dialog() -> rx.Component:
    """Return the form that keeps the answers of the session as a scenario of its tree."""
    return form_dialog(
        "Keep as scenario",
        field(
            "Name of the scenario",
            "name",
            hint="Such as what was broken.",
            max_length=NAME_LENGTH,
            required=True,
            auto_focus=True,
        ),
        opened=SessionState.dialog == "scenario",
        on_toggle=SessionState.toggle_dialog,
        on_submit=SessionState.keep_scenario,
        submit="Keep scenario",
        explanation="From now on the tree is published only while these answers end where they did here.",
    )


def map_dialog() -> rx.Component:
    """Return the chart of the tree with the node where the session stands."""
    return dialog(
        "You are here",
        chart(f"/api/v1/web/charts/sessions/{SessionState.id}", here=SessionState.node.id),
        dialog_foot(close_button()),
        explanation=SessionState.tree_title,
        opened=SessionState.dialog == "map",
        on_toggle=SessionState.toggle_dialog,
        max_width="60rem",
    )


def keys() -> rx.Component:
    """Return what listens to the keys of the walk, and the dialog that shows them."""
    return rx.fragment(
        Keys.create(on_help=SessionState.open_dialog("keys")),
        dialog(
            "Keys",
            rx.el.dl(
                *[
                    rx.fragment(rx.el.dt(rx.el.kbd(key)), rx.el.dd(meaning))
                    for key, meaning in (
                        ("1 – 9", "Choose that answer"),
                        ("B", "Back to the question before"),
                        ("N", "Write a note"),
                        ("E", "Escalate"),
                        ("?", "Show these keys"),
                    )
                ],
                class_name="keys",
            ),
            dialog_foot(close_button()),
            explanation="They work while you are not typing.",
            opened=SessionState.dialog == "keys",
            on_toggle=SessionState.toggle_dialog,
            max_width="26rem",
        ),
    )


def action_bar() -> rx.Component:
    """Return the bar at the thumb: back, and handing over, always in reach."""
    return rx.cond(
        SessionState.can_walk,
        rx.box(
            rx.button(
                rx.icon("arrow-left", size=18, custom_attrs={"aria-hidden": "true"}),
                "Back",
                size="3",
                variant="soft",
                color_scheme="gray",
                disabled=SessionState.step_count == 0,
                on_click=SessionState.back(SessionState.revision, SessionState.id, TYPED_NOTE),
                custom_attrs={"data-key": "b"},
            ),
            rx.button(
                "Park",
                size="3",
                variant="soft",
                color_scheme="gray",
                on_click=SessionState.open_dialog("park"),
            ),
            rx.button(
                "Complete",
                size="3",
                variant="soft",
                color_scheme="gray",
                on_click=SessionState.open_dialog("complete"),
            ),
            rx.cond(
                SessionState.handoff,
                rx.button(
                    "Resolve", size="3", class_name="escalate", on_click=SessionState.open_dialog("resolve")
                ),
                rx.button(
                    rx.icon("life-buoy", size=18, custom_attrs={"aria-hidden": "true"}),
                    "Escalate",
                    size="3",
                    class_name="escalate",
                    on_click=SessionState.open_dialog("escalate"),
                    custom_attrs={"data-key": "e"},
                ),
            ),
            class_name="action-bar",
            role="toolbar",
            custom_attrs={"aria-label": "Session"},
        ),
    )
