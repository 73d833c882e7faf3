"""Changing an earlier answer: the button beside it, and the dialog that shows what that comes to before it happens."""

import reflex as rx

from troubleshoot_app.components.dialogs import close_button, dialog, dialog_foot
from troubleshoot_app.components.react import Landing, inline_prose
from troubleshoot_app.schemas.sessions import LaterAnswer, StepView
from troubleshoot_app.states.answer_changes import DIALOG, AnswerChangeState
from troubleshoot_app.states.sessions import SessionState

PREVIEW = "change-preview"


class Alternatives(rx.Component):
    """The answers to an earlier question: ``chosen`` is the one that was given, ``measured`` its number.

    ``on_choose`` gets the id of another one (empty when the number chooses it), the number, and whether it is checked off.
    """

    library = "$/public/components/Alternatives.jsx"
    tag = "Alternatives"

    options: rx.Var[list[object]]
    reading: rx.Var[object]
    acknowledge: rx.Var[object]
    chosen: rx.Var[str]
    measured: rx.Var[str]
    on_choose: rx.EventHandler[rx.event.passthrough_event_spec(str, str, bool)]


def change_button(step: rx.Var[StepView]) -> rx.Component:
    """Return the button beside an answer of the path: to change it, or, where there is no other one, to go back to it."""
    return rx.cond(
        SessionState.can_walk & ~step.undone,
        rx.cond(
            step.is_changeable,
            _beside("Change answer", step.seq, AnswerChangeState.ask_again(step.seq)),
            _beside("Back to here", step.seq, SessionState.back_to(step.seq, SessionState.revision)),
        ),
    )


def change_dialog() -> rx.Component:
    """Return the dialog with the earlier question, and then with what another answer comes to."""
    question = inline_prose(AnswerChangeState.question.node.text)
    return dialog(
        "Change answer",
        rx.cond(AnswerChangeState.preview, _preview(), _alternatives()),
        Landing.create(target=PREVIEW, seq=AnswerChangeState.weighed),
        explanation=rx.text(question, as_="span", size="4", weight="medium"),
        opened=SessionState.dialog == DIALOG,
        on_toggle=SessionState.toggle_dialog,
    )


def question_id(seq: rx.Var[int]) -> str:
    """Return the id of the question of a step on the page."""
    return f"step-{seq}-question"


def answer_id(seq: rx.Var[int]) -> str:
    """Return the id of the answer of a step on the page."""
    return f"step-{seq}-answer"


def _beside(words: str, seq: rx.Var[int], on_click: rx.event.EventSpec) -> rx.Component:
    """Return the button; it is called by the question and the answer, too, as there is one beside each."""
    own = f"step-{seq}-change"
    return rx.button(
        words,
        size="2",
        variant="ghost",
        class_name="step-change",
        id=own,
        custom_attrs={"aria-labelledby": f"{own} {question_id(seq)} {answer_id(seq)}"},
        on_click=on_click,
    )


def _alternatives() -> rx.Component:
    question = AnswerChangeState.question
    return rx.fragment(
        Alternatives.create(
            key=question.seq,
            options=question.node.options,
            reading=question.node.reading,
            acknowledge=question.node.acknowledge,
            chosen=question.option_id,
            measured=rx.cond(question.value, question.value, ""),
            on_choose=lambda option_id, value, done: AnswerChangeState.weigh(
                option_id, value, done, question.seq, SessionState.revision, SessionState.id
            ),
        ),
        rx.text(
            "Later answers stay where they still hold. You will see which, before anything changes.",
            size="2",
            class_name="quiet change-hint",
        ),
        dialog_foot(
            close_button("Cancel"),
            rx.button(
                "Go back to here",
                size="3",
                variant="soft",
                on_click=AnswerChangeState.go_back_to(question.seq, SessionState.revision),
            ),
        ),
    )


def _preview() -> rx.Component:
    preview = AnswerChangeState.preview
    return rx.fragment(
        rx.box(
            rx.text("New answer: ", rx.el.strong(inline_prose(preview.answer)), size="3"),
            rx.cond(preview.summary != "", rx.text(preview.summary, size="3")),
            rx.cond(preview.dropped.length() > 0, _dropped()),
            rx.text(
                "You will stand at: ",
                rx.el.strong(inline_prose(preview.stands_at.text)),
                size="3",
            ),
            id=PREVIEW,
            tab_index=-1,
            class_name="change-preview",
        ),
        dialog_foot(
            rx.button(
                "Back",
                size="3",
                variant="soft",
                color_scheme="gray",
                on_click=AnswerChangeState.think_again,
            ),
            rx.button(
                "Change answer",
                size="3",
                on_click=AnswerChangeState.change(
                    preview.seq,
                    preview.option.id,
                    rx.cond(preview.value, preview.value, ""),
                    AnswerChangeState.checked_off,
                    SessionState.revision,
                    SessionState.id,
                ),
            ),
        ),
    )


def _dropped() -> rx.Component:
    return rx.el.ul(
        rx.foreach(AnswerChangeState.preview.dropped, _dropped_line),
        rx.cond(
            AnswerChangeState.more_dropped > 0,
            rx.el.li(f"and {AnswerChangeState.more_dropped} more", class_name="quiet"),
        ),
        class_name="change-dropped",
        custom_attrs={"aria-label": "Dropped"},
    )


def _dropped_line(one: rx.Var[LaterAnswer]) -> rx.Component:
    return rx.el.li(
        rx.el.span(inline_prose(one.node_text), class_name="quiet"), " ", rx.el.s(inline_prose(one.answer))
    )
