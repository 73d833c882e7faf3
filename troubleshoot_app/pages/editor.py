"""The editor of a tree: its details, one node at a time, its problems, publish."""

import reflex as rx

from troubleshoot_app.components.editor_dialogs import dialogs
from troubleshoot_app.components.editor_node import node_panel
from troubleshoot_app.components.editor_panels import chart_panel, details_panel, find_panel, problem_panel
from troubleshoot_app.components.editor_scenarios import scenario_panel
from troubleshoot_app.components.forms import field
from troubleshoot_app.components.react import UndoKeys
from troubleshoot_app.components.shell import for_seniors, no_page, page, page_heading, waiting
from troubleshoot_app.states.editor import EditorState, NewTreeState
from troubleshoot_app.states.replays import ReplayState
from troubleshoot_app.states.trial import TrialState


def new_tree() -> rx.Component:
    """Return the page that begins a tree."""
    return page(
        for_seniors(
            page_heading("New tree"),
            rx.text(
                "Is it drawn or written down already? ",
                rx.link("Import it", href="/trees/import"),
                ".",
                size="3",
            ),
            rx.form(
                field(
                    "Title",
                    "title",
                    hint="What is broken, in the words that somebody in the field would use.",
                    max_length=200,
                    required=True,
                    auto_focus=True,
                ),
                rx.button("Write the tree", type="submit", size="4", width="100%"),
                on_submit=NewTreeState.create,
                class_name="panel",
            ),
        )
    )


def editor() -> rx.Component:
    """Return the editor."""
    return page(
        for_seniors(
            rx.cond(
                EditorState.missing != "",
                no_page(
                    "map-pin-off", "No such tree", EditorState.missing, rx.link("All trees", href="/trees")
                ),
                rx.cond(EditorState.id != "", _editor(), waiting()),
            )
        ),
        wide=True,
    )


def _editor() -> rx.Component:
    return rx.fragment(
        _head(),
        rx.box(
            rx.box(
                details_panel(), node_panel(), problem_panel(), scenario_panel(), class_name="editor-main"
            ),
            rx.box(chart_panel(), find_panel(), class_name="editor-side"),
            class_name="editor",
        ),
        dialogs(),
        UndoKeys.create(on_undo=EditorState.undo, on_redo=EditorState.redo),
    )


def _head() -> rx.Component:
    return rx.box(
        page_heading(EditorState.title),
        rx.box(
            rx.text(
                rx.cond(
                    EditorState.version > 0, f"Version {EditorState.version} is published", "Never published"
                ),
                f" · {EditorState.node_count} nodes · saved as you type",
                size="2",
                class_name="quiet grow",
            ),
            rx.button(
                rx.icon("undo-2", size=18, custom_attrs={"aria-hidden": "true"}),
                rx.el.span("Undo", class_name="on-a-desk"),
                size="3",
                variant="soft",
                color_scheme="gray",
                disabled=~EditorState.can_undo,
                on_click=EditorState.undo,
            ),
            rx.button(
                rx.icon("redo-2", size=18, custom_attrs={"aria-hidden": "true"}),
                rx.el.span("Redo", class_name="on-a-desk"),
                size="3",
                variant="soft",
                color_scheme="gray",
                disabled=~EditorState.can_redo,
                on_click=EditorState.redo,
            ),
            rx.button(
                "Try it",
                size="3",
                variant="soft",
                disabled=~EditorState.has_node,
                on_click=TrialState.begin(EditorState.id, EditorState.node.id),
            ),
            rx.button(
                "Publish",
                size="3",
                on_click=[
                    EditorState.open_dialog("publish"),
                    ReplayState.check(EditorState.id, EditorState.revision),
                ],
            ),
            class_name="editor-tools",
        ),
        class_name="editor-head",
    )
