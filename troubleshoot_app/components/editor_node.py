"""The form of a node in the editor: its kind, its words, its answers, what leads to it."""

import reflex as rx

from troubleshoot_app.components.badges import severity_badge
from troubleshoot_app.components.editor_leads import leads_to, measuring, numbers_of
from troubleshoot_app.components.react import Landing, Sortable, Writing
from troubleshoot_app.domain.tree import TEXT_LIMIT
from troubleshoot_app.schemas.editor import IncomingView, OptionForm
from troubleshoot_app.schemas.trees import ProblemView
from troubleshoot_app.states.editor import EditorState
from troubleshoot_app.states.editor_desk import HEADING, TEXT_FIELD

_KINDS = (
    ("question", "Question", "with answers to choose from"),
    ("action", "Action", "something to do, then on"),
    ("resolution", "Resolution", "the end: it is solved"),
    ("escalation", "Escalation", "the end: a senior is needed"),
)
LABEL_LENGTH = 1_000


def node_panel() -> rx.Component:
    """Return the form of the node that is being written."""
    return rx.fragment(
        rx.cond(
            EditorState.node,
            rx.el.section(_node_form(), class_name="panel", custom_attrs={"aria-label": "Node"}),
            rx.el.section(
                rx.text(
                    rx.cond(
                        EditorState.node_count > 0,
                        "The walk has no node to begin with. Choose one, and press “Make it the start”.",
                        "This tree has no node yet.",
                    ),
                    size="3",
                ),
                rx.button("Add a node", size="3", on_click=EditorState.add_node),
                class_name="panel stack",
            ),
        ),
        Landing.create(target=EditorState.focus_on, seq=EditorState.focus_seq),
    )


def _node_form() -> rx.Component:
    node = EditorState.node
    return rx.box(
        rx.flex(
            rx.heading(
                "Node ",
                rx.el.code(node.id),
                as_="h2",
                size="4",
                id=HEADING,
                tab_index=-1,
                class_name="landing",
            ),
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
        rx.box(rx.foreach(node.problems, _problem_beside), role="status", class_name="problems-beside"),
        rx.el.fieldset(
            rx.el.legend("Kind", class_name="field-label"),
            rx.box(*[_kind(value, name, words) for value, name, words in _KINDS], class_name="kinds"),
            class_name="choice-set",
        ),
        _words(
            "Text", "text", node.text, rows=3, hint="What to ask or to do, in the words of who is out there."
        ),
        _words(
            "Help", "help", node.help, rows=4, hint="Optional. More about it, in Markdown.", has_preview=True
        ),
        rx.cond((node.kind == "question") | (node.kind == "action"), measuring()),
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
            rx.button(
                "Delete",
                size="3",
                variant="soft",
                color_scheme="red",
                on_click=EditorState.open_dialog("delete"),
            ),
            class_name="actions",
        ),
        key=node.id,
        class_name="stack",
    )


def _problem_beside(problem: rx.Var[ProblemView]) -> rx.Component:
    return rx.box(
        severity_badge(problem.severity), rx.text(problem.message, size="3"), class_name="problem-beside"
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


def _words(
    label: str, name: str, value: rx.Var[str], *, rows: int, hint: str, has_preview: bool = False
) -> rx.Component:
    node = EditorState.node
    return Writing.create(
        id=TEXT_FIELD if name == "text" else f"node-{name}",
        label=label,
        value=value,
        taken_over=EditorState.taken_over,
        handled=EditorState.handled,
        rows=rows,
        max_length=TEXT_LIMIT,
        hint=hint,
        has_preview=has_preview,
        on_write=lambda seen, typed: EditorState.save_words(name, node.id, seen, typed),
    )


def _options() -> rx.Component:
    node = EditorState.node
    return rx.el.fieldset(
        rx.el.legend("Answers", class_name="field-label"),
        Sortable.create(
            rx.foreach(node.options, _option),
            label="Answers",
            on_move=lambda option_id, places: EditorState.move_option(node.id, option_id, places),
        ),
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
        rx.box(
            rx.el.button(
                rx.icon("grip-vertical", size=20, custom_attrs={"aria-hidden": "true"}),
                type="button",
                class_name="handle",
                custom_attrs={
                    "data-handle": "",
                    "aria-label": f"Move the answer {option.label}: drag, or arrow keys",
                },
            ),
            rx.box(
                Writing.create(
                    id=f"label-{option.id}",
                    label="Words of the answer",
                    is_label_unseen=True,
                    placeholder="Words of the answer",
                    value=option.label,
                    taken_over=EditorState.taken_over,
                    handled=EditorState.handled,
                    max_length=LABEL_LENGTH,
                    on_write=lambda seen, typed: EditorState.save_label(node.id, option.id, seen, typed),
                ),
                class_name="grow",
            ),
            class_name="option-words",
        ),
        leads_to(option),
        rx.cond(node.reading, numbers_of(option)),
        rx.box(
            rx.button(
                "Choose target",
                id=f"target-{option.id}",
                size="2",
                variant="soft",
                on_click=EditorState.open_targets(option.id),
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
        custom_attrs={"data-id": option.id},
    )


def _icon_button(icon: str, name: str, on_click: rx.event.EventType) -> rx.Component:
    return rx.button(
        rx.icon(icon, size=18, custom_attrs={"aria-hidden": "true"}),
        type="button",
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
            rx.el.ul(rx.foreach(node.incoming, _led_to_by), class_name="targets"),
        ),
    )


def _led_to_by(incoming: rx.Var[IncomingView]) -> rx.Component:
    return rx.el.li(
        rx.el.button(
            incoming.words,
            type="button",
            class_name="target grow",
            on_click=EditorState.select(incoming.node_id),
        ),
        rx.button(
            "Move",
            size="2",
            variant="soft",
            color_scheme="gray",
            class_name="small-target",
            on_click=EditorState.open_parents(incoming.node_id, incoming.option_id),
            custom_attrs={"aria-label": f"Move branch: {incoming.words}"},
        ),
        key=f"{incoming.node_id} {incoming.option_id}",
        class_name="target-row",
    )
