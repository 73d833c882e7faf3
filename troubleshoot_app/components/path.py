"""The path of a session: the answers that were given, on the walk page and in a briefing."""

from typing import Any

import reflex as rx

from troubleshoot_app.components.answer_change import answer_id, change_button, question_id
from troubleshoot_app.components.attachments import files_of
from troubleshoot_app.components.export import export_button
from troubleshoot_app.components.links import replay_link
from troubleshoot_app.components.react import ago, inline_prose
from troubleshoot_app.schemas.sessions import StepView
from troubleshoot_app.states.inbox import InboxState
from troubleshoot_app.states.sessions import SessionState


def path_so_far() -> rx.Component:
    """Return the latest answers, and all of them on demand."""
    return rx.el.section(
        rx.flex(
            rx.heading("So far", as_="h2", size="4"),
            rx.text(
                SessionState.step_count,
                rx.cond(SessionState.step_count == 1, " step", " steps"),
                size="2",
                class_name="quiet",
            ),
            justify="between",
            align="center",
        ),
        rx.cond(
            SessionState.start_question != "",
            rx.text("Started at: ", inline_prose(SessionState.start_question), size="3", class_name="quiet"),
        ),
        rx.cond(
            SessionState.step_count == 0,
            rx.text("Nothing yet. Your answers will be listed here.", size="3", class_name="quiet"),
            rx.el.ol(
                rx.cond(
                    SessionState.path_open,
                    rx.foreach(SessionState.path, _step),
                    rx.foreach(SessionState.recent, _step),
                ),
                class_name="path",
            ),
        ),
        case_notes(SessionState.notes),
        rx.cond(
            (SessionState.seq > SessionState.recent.length()),
            rx.button(
                rx.cond(SessionState.path_open, "Show fewer", "Show the whole path"),
                variant="soft",
                color_scheme="gray",
                size="3",
                on_click=SessionState.show_path(~SessionState.path_open),
            ),
        ),
        rx.box(
            rx.button(
                rx.icon("map", size=18, custom_attrs={"aria-hidden": "true"}),
                "Where am I?",
                variant="soft",
                color_scheme="gray",
                size="3",
                on_click=SessionState.open_dialog("map"),
            ),
            export_button(SessionState.id),
            replay_link(SessionState.id),
            rx.cond(
                InboxState.is_senior
                & ((SessionState.node.kind == "resolution") | (SessionState.node.kind == "escalation")),
                rx.button(
                    rx.icon("list-checks", size=18, custom_attrs={"aria-hidden": "true"}),
                    "Keep as scenario",
                    variant="soft",
                    color_scheme="gray",
                    size="3",
                    on_click=SessionState.open_dialog("scenario"),
                ),
            ),
            class_name="so-far-tools",
        ),
        class_name="so-far",
    )


def case_notes(notes: Any) -> rx.Component:
    """Return the notes on a case as a whole, if there are any."""
    return rx.cond(
        notes != "",
        rx.box(
            rx.heading("Notes on the case", as_="h3", size="3"),
            rx.text(notes, size="3", class_name="step-note"),
            class_name="case-notes",
        ),
    )


def step_line(step: rx.Var[StepView], files: Any) -> rx.Component:
    """Return one answer of a path: what was asked, what was said, by whom and when; and those of ``files`` with it.
    Nothing where it was kept when an earlier one was changed: it stands further down."""
    line = rx.el.li(*_step_words(step, files), class_name=rx.cond(step.undone, "step step-undone", "step"))
    return rx.cond(step.kept_as, rx.fragment(), line)


def _step(step: rx.Var[StepView]) -> rx.Component:
    return rx.el.li(
        *_step_words(step, SessionState.attachments, change_button(step)),
        key=step.seq,
        class_name=rx.cond(step.undone, "step step-undone", "step"),
    )


def _step_words(step: rx.Var[StepView], files: Any, *beside: rx.Component) -> list[rx.Component]:
    return [
        rx.cond(
            step.is_first_in_tree,
            rx.text("In “", step.tree.title, "”", size="1", weight="medium", class_name="quiet"),
        ),
        rx.text(inline_prose(step.node_text), id=question_id(step.seq), size="2", class_name="step-question"),
        rx.text(
            rx.cond(step.undone, rx.el.span("Undone: ", class_name="quiet")),
            inline_prose(step.option_label),
            rx.cond(
                step.reading, ": " + step.reading.shown, rx.cond(step.value, ": " + step.value.to(str), "")
            ),
            id=answer_id(step.seq),
            size="3",
            weight="medium",
            class_name="step-answer",
        ),
        rx.cond(
            step.reading & step.reading.out_of_range,
            rx.badge("Out of range, expected ", step.reading.expected, color_scheme="red", size="2"),
        ),
        rx.cond(step.checked_off, rx.badge("Checked off", color_scheme="green", size="2")),
        rx.cond(step.found != "", rx.text("→ ", inline_prose(step.found), size="2")),
        rx.cond(step.note != "", rx.text(step.note, size="2", class_name="step-note")),
        files_of(files, step.seq),
        rx.box(
            rx.text(
                step.by.name,
                ", ",
                ago(step.at),
                rx.cond(step.repeats, ", kept", ""),
                size="1",
                class_name="quiet",
            ),
            *beside,
            class_name="step-foot",
        ),
    ]
