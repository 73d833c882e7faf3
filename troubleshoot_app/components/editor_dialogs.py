"""The dialogs of the editor."""

from typing import Any

import reflex as rx

from troubleshoot_app.components.badges import status_badge
from troubleshoot_app.components.dialogs import (
    close_button,
    dialog,
    dialog_foot,
    form_dialog,
    question_dialog,
)
from troubleshoot_app.components.editor_panels import how_many
from troubleshoot_app.components.editor_scenarios import replay_hint, trial_dialog
from troubleshoot_app.components.forms import text_field
from troubleshoot_app.components.lists import search_field
from troubleshoot_app.components.problems import problem_line
from troubleshoot_app.schemas.editor import TargetView, TreeChoice
from troubleshoot_app.schemas.trees import DraftProblem
from troubleshoot_app.states.editor import EditorState


def dialogs() -> rx.Component:
    """Return all of them; one is open at a time."""
    return rx.fragment(
        _target_dialog(),
        _parent_dialog(),
        _delete_dialog(),
        _publish_dialog(),
        _refused_dialog(),
        _clash_dialog(),
        trial_dialog(),
    )


def _target_dialog() -> rx.Component:
    return _node_dialog(
        "target",
        "Where does this answer lead?",
        "Choose a node, or write a new one.",
        EditorState.point_option,
        rx.button(
            rx.icon("plus", size=18, custom_attrs={"aria-hidden": "true"}),
            "New node",
            size="3",
            width="100%",
            on_click=EditorState.point_option(""),
        ),
        below=_other_trees(),
    )


def _other_trees() -> rx.Component:
    """Return the choice of another tree, by its title."""

    def choice(tree: rx.Var[TreeChoice]) -> rx.Component:
        return rx.el.li(
            rx.el.button(
                tree.title,
                rx.cond(tree.status != "published", status_badge(tree.status)),
                type="button",
                on_click=EditorState.jump_option(tree.slug),
                class_name="target",
            ),
            key=tree.slug,
        )

    return rx.el.section(
        rx.heading("Another tree", as_="h2", size="3"),
        search_field("Search other trees", EditorState.search_trees),
        rx.el.ul(rx.foreach(EditorState.trees_found, choice), class_name="targets"),
        class_name="stack",
        custom_attrs={"aria-label": "Another tree"},
    )


def _parent_dialog() -> rx.Component:
    return _node_dialog(
        "parent",
        "Move this branch",
        "The answer that leads here moves to the node that you choose; what hangs below comes along.",
        EditorState.move_branch,
    )


def _node_dialog(
    name: str,
    title: str,
    words: str,
    on_choose: Any,
    *first: rx.Component,
    below: rx.Component | None = None,
) -> rx.Component:
    """Return a dialog that asks for a node of the tree, or for what stands ``below``."""

    def choice(target: rx.Var[TargetView]) -> rx.Component:
        return rx.el.li(
            rx.el.button(
                rx.el.span(
                    rx.text(target.words, as_="span", size="3"),
                    rx.text(target.id, as_="span", size="1", class_name="quiet"),
                    class_name="target-words",
                ),
                type="button",
                on_click=on_choose(target.id),
                class_name="target",
            ),
            key=target.id,
        )

    return dialog(
        title,
        rx.box(
            *first,
            search_field("Search nodes", EditorState.search_targets),
            rx.el.ul(rx.foreach(EditorState.target_found, choice), class_name="targets"),
            how_many(EditorState.target_found),
            below or rx.fragment(),
            class_name="stack",
        ),
        dialog_foot(close_button("Cancel")),
        explanation=words,
        opened=EditorState.dialog == name,
        on_toggle=EditorState.toggle_dialog,
    )


def _delete_dialog() -> rx.Component:
    pointing = EditorState.node.incoming
    return question_dialog(
        "Delete this node?",
        rx.el.ul(rx.foreach(pointing, lambda one: rx.el.li(one.words)), class_name="pointing"),
        rx.cond(
            EditorState.node.is_start,
            rx.text("The walk begins here: afterwards, make another node the start.", size="3"),
        ),
        explanation=rx.cond(
            pointing.length() > 0,
            "These answers lead here, and will lead nowhere until you give them a new target:",
            "Nothing leads here.",
        ),
        opened=EditorState.dialog == "delete",
        on_toggle=EditorState.toggle_dialog,
        confirm="Delete node",
        on_confirm=EditorState.remove_node(EditorState.node.id),
    )


def _publish_dialog() -> rx.Component:
    return form_dialog(
        "Publish",
        replay_hint(),
        text_field(
            "What has changed?",
            "note",
            placeholder="Optional. Your colleagues read it in the list of versions.",
            max_length=2000,
        ),
        opened=(EditorState.dialog == "publish") & (EditorState.error_count == 0),
        on_toggle=EditorState.toggle_dialog,
        on_submit=EditorState.publish,
        submit="Publish version",
        explanation="New sessions walk this version from now on; sessions that are under way keep theirs.",
    )


def _refused_dialog() -> rx.Component:
    """Return what stands in the place of the form as long as there are errors: each by name, a press goes there."""

    def error(problem: rx.Var[DraftProblem]) -> rx.Component:
        return rx.el.li(
            rx.el.button(
                problem_line(problem),
                type="button",
                on_click=EditorState.select(rx.cond(problem.node_id, problem.node_id, "").to(str)),
                class_name="target",
            ),
        )

    return dialog(
        "It cannot be published yet",
        rx.el.ul(
            rx.foreach(
                EditorState.problems,
                lambda problem: rx.cond(problem.severity == "error", error(problem)),
            ),
            class_name="targets",
        ),
        dialog_foot(close_button()),
        explanation=rx.cond(
            EditorState.error_count == 1,
            "1 error is left. Press it to go there.",
            f"{EditorState.error_count} errors are left. Press one to go there.",
        ),
        opened=(EditorState.dialog == "publish") & (EditorState.error_count > 0),
        on_toggle=EditorState.toggle_dialog,
        max_width="36rem",
    )


def _clash_dialog() -> rx.Component:
    clash = EditorState.clash
    return dialog(
        "Two people wrote here",
        rx.box(
            rx.cond(
                clash.gone,
                rx.fragment(),
                rx.box(rx.text("Theirs", weight="bold"), rx.text(clash.theirs, class_name="step-note")),
            ),
            rx.box(rx.text("Yours", weight="bold"), rx.text(clash.mine, class_name="step-note")),
            class_name="stack",
        ),
        rx.box(
            rx.button(
                rx.cond(clash.gone, "Leave it deleted", "Keep theirs"),
                variant="soft",
                color_scheme="gray",
                size="3",
                on_click=EditorState.keep_theirs,
            ),
            rx.cond(
                clash.gone,
                rx.fragment(),
                rx.button("Keep both", variant="soft", size="3", on_click=EditorState.keep_both),
            ),
            rx.button(
                rx.cond(clash.gone, "Bring it back", "Keep mine"),
                size="3",
                on_click=EditorState.keep_mine,
            ),
            class_name="dialog-choices",
        ),
        opened=rx.cond(clash, True, False),
        on_toggle=lambda _opened: EditorState.keep_both(),
        max_width="36rem",
        role="alertdialog",
        explanation=rx.cond(
            clash.gone,
            f"{clash.by} deleted this while you typed. Shall it come back with your text?",
            f"{clash.by} changed the same words while you typed. Which stay?",
        ),
    )
