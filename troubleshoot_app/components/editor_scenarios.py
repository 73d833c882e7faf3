"""Scenarios in the editor, what a draft would change for real sessions, and the walk that tries it out."""

from typing import Any

import reflex as rx

from troubleshoot_app.components.aloud import told
from troubleshoot_app.components.dialogs import close_button, dialog, dialog_foot, question_dialog
from troubleshoot_app.components.forms import choice, field
from troubleshoot_app.components.react import ago, inline_prose, prose
from troubleshoot_app.schemas.editor import ScenarioLine
from troubleshoot_app.schemas.scenarios import NAME_LENGTH, ReplayedSession, ReplayGroup
from troubleshoot_app.schemas.trees import OptionView
from troubleshoot_app.states.editor import EditorState
from troubleshoot_app.states.replays import ReplayState
from troubleshoot_app.states.trial import TrialState

_ENDS = [("node", "Here"), ("kind", "Any end like it")]


def scenario_panel() -> rx.Component:
    """Return the scenarios of the tree, each with whether the draft is good for it; and the check by real sessions."""
    is_checked = ReplayState.tree_id_checked == EditorState.id
    return rx.el.section(
        rx.flex(
            rx.heading("Scenarios", as_="h2", size="4"),
            rx.button(
                "New scenario",
                size="2",
                variant="soft",
                class_name="small-target",
                on_click=TrialState.write(EditorState.id),
            ),
            justify="between",
            align="center",
        ),
        rx.cond(
            EditorState.scenarios.length() > 0,
            rx.el.ul(rx.foreach(EditorState.scenarios, _scenario), class_name="targets"),
            rx.text(
                "None yet. A scenario says where certain answers must end; while the draft breaks one, it is not "
                "published. Try the tree out and keep the walk, or keep that of a real session.",
                size="3",
                class_name="quiet",
            ),
        ),
        rx.button(
            "Check against real sessions",
            size="3",
            variant="soft",
            loading=ReplayState.running,
            on_click=ReplayState.check(EditorState.id, EditorState.revision),
        ),
        told(rx.cond(is_checked, _outcome())),
        rx.cond(is_checked, _replayed()),
        class_name="panel",
        custom_attrs={"aria-label": "Scenarios"},
    )


def replay_hint() -> rx.Component:
    """Return in a line what publishing would change for sessions like the latest ones; nothing when it is nothing."""
    changed = ReplayState.view.elsewhere + ReplayState.view.nowhere
    return rx.cond(
        (ReplayState.tree_id_checked == EditorState.id) & (changed > 0),
        rx.callout(
            rx.fragment(
                f"Of the last {ReplayState.view.total} real sessions, {changed} would not end where they did. "
                "“Check against real sessions” shows which."
            ),
            icon="history",
            color_scheme="amber",
            size="1",
        ),
    )


def _scenario(one: rx.Var[ScenarioLine]) -> rx.Component:
    return rx.el.li(
        rx.box(
            rx.cond(
                one.fault != "",
                rx.badge("Broken", color_scheme="red", size="2"),
                rx.badge("Good", color_scheme="green", size="2"),
            ),
            rx.box(
                rx.text(one.name, size="3", weight="medium"),
                rx.text(rx.cond(one.fault != "", one.fault, one.words), size="2", class_name="quiet"),
                class_name="grow",
            ),
            class_name="scenario",
        ),
        rx.box(
            rx.cond(
                one.node_id != "",
                rx.button(
                    "Show",
                    size="2",
                    variant="ghost",
                    class_name="small-target",
                    on_click=EditorState.select(one.node_id),
                    custom_attrs={"aria-label": f"Show where {one.name} breaks"},
                ),
            ),
            rx.button(
                "Change",
                size="2",
                variant="ghost",
                class_name="small-target",
                on_click=TrialState.change(EditorState.id, one.id),
                custom_attrs={"aria-label": f"Change the scenario {one.name}"},
            ),
            _delete(one),
            class_name="scenario-tools",
        ),
        key=one.id,
    )


def _delete(one: rx.Var[ScenarioLine]) -> rx.Component:
    button = rx.button(
        "Delete",
        size="2",
        variant="ghost",
        color_scheme="red",
        class_name="small-target",
        custom_attrs={"aria-label": f"Delete the scenario {one.name}"},
    )
    return question_dialog(
        "Delete this scenario?",
        explanation=f"“{one.name}” no longer runs when the tree is published.",
        trigger=button,
        confirm="Delete scenario",
        on_confirm=EditorState.delete_scenario(one.id),
    )


def _outcome() -> rx.Component:
    view = ReplayState.view
    return rx.text(
        rx.cond(
            view.total == 0,
            "No session on this tree is completed or escalated yet.",
            rx.cond(
                view.total == view.same,
                f"All of the last {view.total} sessions would end where they did.",
                f"Of the last {view.total} sessions {view.same} would end where they did, {view.elsewhere} "
                f"elsewhere, {view.nowhere} nowhere.",
            ),
        ),
        size="3",
    )


def _replayed() -> rx.Component:
    return rx.box(
        rx.cond(
            ReplayState.revision != EditorState.revision,
            rx.text("The draft has changed since. Check again.", size="2", class_name="quiet"),
        ),
        rx.foreach(ReplayState.view.groups, _group),
        class_name="stack",
    )


def _group(group: rx.Var[ReplayGroup]) -> rx.Component:
    def session(one: rx.Var[ReplayedSession]) -> rx.Component:
        return rx.el.li(
            rx.link(one.title, href=f"/sessions/{one.id}"),
            rx.text(
                f"{one.holder.name}, version {one.version}, ", ago(one.over_at), size="2", class_name="quiet"
            ),
            key=one.id,
        )

    return rx.el.details(
        rx.el.summary(
            rx.cond(
                group.fate == "nowhere",
                rx.badge("Nowhere", color_scheme="red", size="2"),
                rx.badge("Elsewhere", color_scheme="amber", size="2"),
            ),
            rx.box(
                rx.text(group.becomes, size="3"),
                rx.text(
                    f"Was at “{group.was}” · {group.sessions.length()} of them", size="2", class_name="quiet"
                ),
                class_name="grow",
            ),
            rx.icon("chevron-down", size=18, custom_attrs={"aria-hidden": "true"}),
            class_name="scenario",
        ),
        rx.el.ul(rx.foreach(group.sessions, session), class_name="replayed"),
    )


def trial_dialog() -> rx.Component:
    """Return the walk that tries the draft out; at an end it can be kept as a scenario."""
    return dialog(
        rx.cond(
            TrialState.scenario_id != "",
            "Change the scenario",
            rx.cond(TrialState.is_scenario, "New scenario", "Try it"),
        ),
        rx.box(
            rx.cond(
                TrialState.fault != "",
                rx.callout(
                    TrialState.fault, icon="triangle-alert", color_scheme="red", size="1", role="alert"
                ),
            ),
            _standing(),
            rx.cond(TrialState.node.options.length() == 0, _end()),
            rx.cond(
                TrialState.trail.length() > 0,
                rx.text("So far: ", TrialState.trail.join(" → "), size="2", class_name="quiet"),
            ),
            class_name="stack",
        ),
        dialog_foot(
            rx.button(
                "Back",
                size="3",
                variant="soft",
                disabled=TrialState.trail.length() == 0,
                on_click=TrialState.back,
            ),
            close_button(),
        ),
        explanation=rx.cond(
            TrialState.is_scenario,
            "Answer as somebody would, to the end that must be reached.",
            "A walk on the draft, from the node that you were on. It counts nowhere.",
        ),
        opened=TrialState.opened,
        on_toggle=TrialState.toggle,
    )


def _standing() -> rx.Component:
    node = TrialState.node
    return rx.fragment(
        rx.cond(
            TrialState.tree_title != "",
            rx.text("In “", TrialState.tree_title, "”", size="2", class_name="quiet"),
        ),
        rx.el.h2(inline_prose(node.text), class_name="node-text node-long"),
        rx.cond(node.help != "", rx.box(prose(node.help), class_name="node-help")),
        rx.cond(
            node.reading & (node.options.length() > 0),
            rx.form(
                field("What you measured", "value", input_mode="decimal"),
                rx.text("In ", node.reading.unit, size="2", class_name="quiet"),
                rx.button("Enter", type="submit", size="3"),
                on_submit=TrialState.measure,
                class_name="stack",
            ),
        ),
        rx.box(rx.foreach(node.options, _option), class_name="options"),
    )


def _option(option: rx.Var[OptionView]) -> rx.Component:
    return rx.cond(
        option.when,
        rx.text(f"{option.label}: {option.when}", size="2", class_name="quiet"),
        rx.button(
            inline_prose(option.label),
            size="4",
            variant="surface",
            class_name="option-button",
            on_click=TrialState.choose(option.id),
        ),
    )


def _end() -> rx.Component:
    node: Any = TrialState.node
    is_end = (node.kind == "resolution") | (node.kind == "escalation")
    return rx.cond(
        is_end,
        rx.box(
            rx.text("The walk ends here.", size="3", class_name="quiet"),
            rx.form(
                field(
                    "Name of the scenario",
                    "name",
                    max_length=NAME_LENGTH,
                    required=True,
                    default_value=TrialState.name,
                ),
                rx.cond(
                    TrialState.any_end,
                    choice("These answers must end", "end", _ENDS, "kind"),
                    choice("These answers must end", "end", _ENDS, "node"),
                ),
                rx.button(
                    rx.cond(
                        TrialState.scenario_id != "",
                        "Keep the changed scenario",
                        "Keep this walk as a scenario",
                    ),
                    type="submit",
                    size="3",
                ),
                on_submit=TrialState.keep,
                reset_on_submit=False,
                class_name="stack",
            ),
            class_name="stack",
        ),
        rx.text("Nothing leads on from here yet.", size="3", class_name="quiet"),
    )
