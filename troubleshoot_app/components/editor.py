"""Parts of the editor: the form of a node, the problems, finding a node, the chart."""

import reflex as rx

from troubleshoot_app.components.react import chart, prose
from troubleshoot_app.schemas.editor import OptionForm, TargetView
from troubleshoot_app.schemas.trees import ProblemView
from troubleshoot_app.states.editor import EditorState

_KINDS = (
    ("question", "Question", "with answers to choose from"),
    ("action", "Action", "something to do, then on"),
    ("resolution", "Resolution", "the end: it is solved"),
    ("escalation", "Escalation", "the end: a senior is needed"),
)
PAUSE_MS = 500


def node_panel() -> rx.Component:
    """Return the form of the node that is being written."""
    return rx.cond(
        EditorState.node,
        rx.el.section(_node_form(), class_name="panel", custom_attrs={"aria-label": "Node"}),
        rx.el.section(
            rx.text("This tree has no node yet, or none to begin with.", size="3"),
            rx.button("Add a node", size="3", on_click=EditorState.add_node),
            class_name="panel stack",
        ),
    )


def problem_panel() -> rx.Component:
    """Return everything that is wrong with the tree; a press goes to the node."""
    return rx.el.section(
        rx.flex(
            rx.heading("Problems", as_="h2", size="4"),
            rx.text(
                f"{EditorState.error_count} errors, {EditorState.warning_count} warnings",
                size="2",
                class_name="quiet",
            ),
            justify="between",
            align="center",
        ),
        rx.cond(
            EditorState.problems.length() > 0,
            rx.el.ul(rx.foreach(EditorState.problems, _problem_link), class_name="targets"),
            rx.text("None. This tree can be published.", size="3", class_name="quiet"),
        ),
        class_name="panel",
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
        rx.input(
            type="search",
            placeholder="Find a node",
            size="3",
            on_change=EditorState.search.debounce(200),
            custom_attrs={"aria-label": "Find a node"},
        ),
        rx.el.ul(rx.foreach(EditorState.found, _found), class_name="targets"),
        class_name="panel",
    )


def chart_panel() -> rx.Component:
    """Return the chart of the draft; a press on a node puts it on the form."""
    return chart(
        f"/api/v1/web/charts/drafts/{EditorState.id}?revision={EditorState.revision}",
        here=rx.cond(EditorState.node, EditorState.node.id, ""),
        label="Chart of the draft",
        on_choose=EditorState.select,
    )


def _node_form() -> rx.Component:
    node = EditorState.node
    return rx.box(
        rx.flex(
            rx.heading("Node ", rx.el.code(node.id), as_="h2", size="4"),
            rx.cond(
                node.is_start,
                rx.badge("Start", size="2"),
                rx.button(
                    "Make it the start",
                    size="2",
                    variant="soft",
                    class_name="small-target",
                    on_click=EditorState.make_start(node.id),
                ),
            ),
            justify="between",
            align="center",
        ),
        rx.foreach(node.problems, _problem_beside),
        rx.el.fieldset(
            rx.el.legend("Kind", class_name="field-label"),
            rx.box(*[_kind(value, name, words) for value, name, words in _KINDS], class_name="kinds"),
            class_name="choice-set",
        ),
        _words("Text", "text", node.text, rows="3"),
        _words("Help", "help", node.help, rows="4"),
        rx.cond(
            node.help != "",
            rx.box(
                rx.text("Preview", size="2", weight="bold", class_name="quiet"),
                prose(node.help),
                class_name="node-help",
            ),
        ),
        rx.cond((node.kind == "question") | (node.kind == "action"), _options()),
        _incoming(),
        rx.box(
            rx.button(
                "Duplicate",
                size="3",
                variant="soft",
                color_scheme="gray",
                on_click=EditorState.duplicate(node.id),
            ),
            rx.cond(
                node.incoming.length() > 0,
                rx.button(
                    "Move branch",
                    size="3",
                    variant="soft",
                    color_scheme="gray",
                    on_click=EditorState.open_parents,
                ),
            ),
            rx.button(
                "Delete",
                size="3",
                variant="soft",
                color_scheme="red",
                on_click=EditorState.open_dialog("delete"),
            ),
            class_name="actions",
        ),
        key=f"{node.id}-{EditorState.form_key}",
        class_name="stack",
    )


def _kind(value: str, name: str, words: str) -> rx.Component:
    node = EditorState.node
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="kind",
            value=value,
            checked=node.kind == value,
            on_change=EditorState.choose_kind(node.id, value),
        ),
        rx.box(rx.text(name, weight="medium"), rx.text(words, size="1", class_name="quiet")),
        class_name="choice",
    )


def _words(label: str, name: str, value: rx.Var[str], rows: str) -> rx.Component:
    node = EditorState.node
    return rx.box(
        rx.el.label(label, html_for=f"node-{name}", class_name="field-label"),
        rx.text_area(
            id=f"node-{name}",
            default_value=value,
            on_change=lambda typed: EditorState.save_words(name, node.id, typed).debounce(PAUSE_MS),
            rows=rows,
            size="3",
            max_length=10_000,
            resize="vertical",
        ),
        class_name="field",
    )


def _options() -> rx.Component:
    node = EditorState.node
    return rx.el.fieldset(
        rx.el.legend("Answers", class_name="field-label"),
        rx.el.ol(rx.foreach(node.options, _option), class_name="option-forms"),
        rx.cond(
            (node.kind == "question") | (node.options.length() == 0),
            rx.box(
                rx.button(
                    "Add answer with a new node",
                    size="3",
                    variant="soft",
                    on_click=EditorState.add_child(node.id, ""),
                ),
                rx.button(
                    "Add answer",
                    size="3",
                    variant="soft",
                    color_scheme="gray",
                    on_click=EditorState.add_option(node.id),
                ),
                class_name="actions",
            ),
        ),
        class_name="choice-set",
    )


def _option(option: rx.Var[OptionForm]) -> rx.Component:
    node = EditorState.node
    return rx.el.li(
        rx.input(
            default_value=option.label,
            placeholder="Words of the answer",
            size="3",
            max_length=1000,
            on_change=lambda typed: EditorState.save_label(node.id, option.id, typed).debounce(PAUSE_MS),
            custom_attrs={"aria-label": "Words of the answer"},
        ),
        rx.flex(
            rx.text("leads to", size="2", class_name="quiet"),
            rx.cond(
                option.target != "",
                rx.el.button(
                    option.target,
                    type="button",
                    class_name="target-link",
                    on_click=EditorState.select(option.leads_to),
                ),
                rx.text("nothing yet", size="2", color_scheme="red"),
            ),
            spacing="2",
            align="baseline",
            wrap="wrap",
        ),
        rx.box(
            rx.button(
                "Choose target", size="2", variant="soft", on_click=EditorState.open_targets(option.id)
            ),
            rx.button(
                "Insert between",
                size="2",
                variant="soft",
                color_scheme="gray",
                on_click=EditorState.insert_between(node.id, option.id),
            ),
            _icon_button("arrow-up", "Move up", EditorState.move_option(node.id, option.id, -1)),
            _icon_button("arrow-down", "Move down", EditorState.move_option(node.id, option.id, 1)),
            _icon_button("trash-2", "Delete answer", EditorState.remove_option(node.id, option.id)),
            class_name="option-tools",
        ),
        key=option.id,
        class_name="option-form",
    )


def _icon_button(icon: str, name: str, on_click: rx.event.EventType) -> rx.Component:
    return rx.button(
        rx.icon(icon, size=18, custom_attrs={"aria-hidden": "true"}),
        size="2",
        variant="soft",
        color_scheme="gray",
        on_click=on_click,
        custom_attrs={"aria-label": name},
        title=name,
    )


def _incoming() -> rx.Component:
    node = EditorState.node
    return rx.cond(
        node.incoming.length() > 0,
        rx.box(
            rx.text("Led to by", class_name="field-label"),
            rx.el.ul(rx.foreach(node.incoming, _found), class_name="targets"),
        ),
    )


def _found(target: rx.Var[TargetView]) -> rx.Component:
    here = EditorState.node & (EditorState.node.id == target.id)
    return rx.el.li(
        rx.el.button(
            rx.el.span(target.words, class_name="grow"),
            rx.cond(
                target.errors > 0,
                rx.badge(target.errors, color_scheme="red", custom_attrs={"aria-label": "errors"}),
            ),
            rx.cond(
                target.warnings > 0,
                rx.badge(target.warnings, color_scheme="amber", custom_attrs={"aria-label": "warnings"}),
            ),
            type="button",
            on_click=EditorState.select(target.id),
            class_name=rx.cond(here, "target target-here", "target"),
        ),
    )


def _problem_beside(problem: rx.Var[ProblemView]) -> rx.Component:
    return rx.box(_severity(problem), rx.text(problem.message, size="3"), class_name="problem-beside")


def _problem_link(problem: rx.Var[ProblemView]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            _severity(problem),
            rx.el.span(
                rx.cond(problem.node_id, f"{problem.node_id}: ", ""), problem.message, class_name="grow"
            ),
            type="button",
            on_click=EditorState.select(rx.cond(problem.node_id, problem.node_id, "").to(str)),
            class_name="target",
        )
    )


def _severity(problem: rx.Var[ProblemView]) -> rx.Component:
    return rx.badge(
        rx.cond(problem.severity == "error", "Error", "Warning"),
        color_scheme=rx.cond(problem.severity == "error", "red", "amber"),
        size="2",
    )
