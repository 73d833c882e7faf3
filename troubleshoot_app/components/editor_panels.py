"""What stands beside the form in the editor: problems, the nodes to find one, the chart, what the tree says of itself."""

import reflex as rx

from troubleshoot_app.components.lists import search_field
from troubleshoot_app.components.problems import problem_line
from troubleshoot_app.components.react import Writing, chart
from troubleshoot_app.schemas.editor import TargetView
from troubleshoot_app.schemas.trees import DraftProblem
from troubleshoot_app.services.tree_editing import CATEGORY_LENGTH, DESCRIPTION_LENGTH, TITLE_LENGTH
from troubleshoot_app.states.editor import EditorState
from troubleshoot_app.states.editor_views import SHOWN_PROBLEMS, SHOWN_TARGETS

TAGS_LENGTH = 1_000


def problem_panel() -> rx.Component:
    """Return everything that is wrong with the tree; a press goes to the node."""
    count = EditorState.error_count + EditorState.warning_count
    return rx.el.section(
        rx.flex(
            rx.heading("Problems", as_="h2", size="4"),
            rx.text(
                _counted(EditorState.error_count, "error"),
                ", ",
                _counted(EditorState.warning_count, "warning"),
                size="2",
                class_name="quiet",
                role="status",
            ),
            justify="between",
            align="center",
        ),
        rx.cond(
            EditorState.problems.length() > 0,
            rx.el.ul(rx.foreach(EditorState.problems, _problem_link), class_name="targets"),
            rx.text("None. This tree can be published.", size="3", class_name="quiet"),
        ),
        rx.cond(
            count > SHOWN_PROBLEMS,
            rx.text(f"And {count - SHOWN_PROBLEMS} more. Mend these first.", size="2", class_name="quiet"),
        ),
        class_name="panel",
        custom_attrs={"aria-label": "Problems"},
    )


def find_panel() -> rx.Component:
    """Return the nodes of the tree, with a search; a press puts one on the form."""
    return rx.el.section(
        rx.flex(
            rx.heading("Nodes", as_="h2", size="4"),
            rx.button(
                "Add node", size="2", variant="soft", class_name="small-target", on_click=EditorState.add_node
            ),
            justify="between",
            align="center",
        ),
        search_field("Find a node", EditorState.search),
        rx.el.ul(rx.foreach(EditorState.found, _found), class_name="targets"),
        how_many(EditorState.found),
        class_name="panel",
        custom_attrs={"aria-label": "Nodes"},
    )


def how_many(found: rx.Var[list[TargetView]]) -> rx.Component:
    """Return what is to be said when a search for nodes found none, or more than are shown."""
    said = rx.cond(
        found.length() == SHOWN_TARGETS,
        f"The first {SHOWN_TARGETS}. Search for words to see others.",
        "No node has these words.",
    )
    return rx.cond(
        (found.length() == 0) | (found.length() == SHOWN_TARGETS), rx.text(said, size="2", class_name="quiet")
    )


def chart_panel() -> rx.Component:
    """Return the chart of the draft; a press on a node puts it on the form."""
    return chart(
        f"/api/v1/web/charts/drafts/{EditorState.id}?revision={EditorState.revision}"
        f"&errors={EditorState.error_count}&warnings={EditorState.warning_count}",
        here=rx.cond(EditorState.node, EditorState.node.id, ""),
        label="Chart of the draft",
        on_choose=EditorState.select,
    )


def details_panel() -> rx.Component:
    """Return the form of what the tree says of itself."""
    return rx.el.details(
        rx.el.summary("About this tree"),
        rx.box(
            _detail("Title", "title", EditorState.title, max_length=TITLE_LENGTH, is_needed=True),
            _detail(
                "Description", "description", EditorState.description, rows=3, max_length=DESCRIPTION_LENGTH
            ),
            _detail("Category", "category", EditorState.category, max_length=CATEGORY_LENGTH),
            _detail("Tags", "tags", EditorState.tags, hint="Parted by commas.", max_length=TAGS_LENGTH),
            class_name="stack",
        ),
        class_name="panel",
    )


def _counted(count: rx.Var[int], word: str) -> rx.Var[str]:
    return rx.cond(count == 1, f"1 {word}", f"{count} {word}s").to(str)


def _unseen(count: rx.Var[int], word: str) -> rx.Component:
    return rx.el.span(rx.cond(count == 1, f" {word}", f" {word}s"), class_name="unseen")


def _detail(label: str, name: str, value: rx.Var[str], **props: int | str | bool) -> rx.Component:
    return Writing.create(
        id=f"field-{name}",
        label=label,
        value=value,
        taken_over=EditorState.taken_over,
        handled=EditorState.handled,
        on_write=lambda seen, typed: EditorState.save_details(name, seen, typed),
        **props,
    )


def _found(target: rx.Var[TargetView]) -> rx.Component:
    here = EditorState.node & (EditorState.node.id == target.id)
    return rx.el.li(
        rx.el.button(
            rx.el.span(target.words, class_name="grow"),
            rx.cond(
                target.errors > 0,
                rx.badge(target.errors, _unseen(target.errors, "error"), color_scheme="red"),
            ),
            rx.cond(
                target.warnings > 0,
                rx.badge(target.warnings, _unseen(target.warnings, "warning"), color_scheme="amber"),
            ),
            type="button",
            on_click=EditorState.select(target.id),
            class_name=rx.cond(here, "target target-here", "target"),
            custom_attrs={"aria-current": rx.cond(here, "true", "false")},
        ),
        key=target.id,
    )


def _problem_link(problem: rx.Var[DraftProblem]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            problem_line(problem),
            type="button",
            on_click=EditorState.select(rx.cond(problem.node_id, problem.node_id, "").to(str)),
            class_name="target",
        )
    )
