"""One thing in a list, as a card that is one big link."""

from typing import Any

import reflex as rx

from troubleshoot_app.components.badges import overdue_badge, priority_badge, status_badge
from troubleshoot_app.components.react import ago, inline_prose
from troubleshoot_app.schemas.handoffs import HandoffView
from troubleshoot_app.schemas.sessions import SessionSummary
from troubleshoot_app.schemas.trees import TextRun, TreeHit, TreeSummary
from troubleshoot_app.states.inbox import InboxState


def tree_card(tree: rx.Var[TreeSummary]) -> rx.Component:
    """Return a tree in a list."""
    return rx.box(
        rx.flex(
            rx.link(tree.title, href=f"/trees/{tree.id}", class_name="card-link"),
            rx.cond(tree.status != "published", status_badge(tree.status)),
            align="center",
            spacing="2",
            justify="between",
            wrap="wrap",
        ),
        rx.text(tree.description, size="3", class_name="quiet"),
        rx.flex(
            rx.cond(tree.category != "", rx.badge(tree.category, variant="outline", color_scheme="gray")),
            rx.text(tree.node_count, " nodes", size="2", class_name="quiet"),
            spacing="3",
            align="center",
            wrap="wrap",
        ),
        class_name="card",
        key=tree.id,
    )


def hit_card(hit: rx.Var[TreeHit], start_here: Any, restore: Any) -> rx.Component:
    """Return a tree that was found, with the words in their sentence; from the node of a published one one can start."""
    tree = hit.tree
    return rx.box(
        rx.flex(
            rx.cond(
                tree.status == "archived",
                rx.text(tree.title, size="4", weight="bold"),
                rx.link(tree.title, href=f"/trees/{tree.id}", class_name="card-link"),
            ),
            rx.cond(tree.status != "published", status_badge(tree.status)),
            align="center",
            spacing="2",
            justify="between",
            wrap="wrap",
        ),
        rx.text(rx.foreach(hit.runs, _run), size="3", class_name="quiet"),
        rx.flex(
            rx.cond(tree.category != "", rx.badge(tree.category, variant="outline", color_scheme="gray")),
            rx.text(tree.node_count, " nodes", size="2", class_name="quiet"),
            spacing="3",
            align="center",
            wrap="wrap",
        ),
        rx.cond(
            (hit.node_id.to_string() != "null") & (tree.status == "published"),
            rx.button(
                rx.icon("corner-down-right", size=18, custom_attrs={"aria-hidden": "true"}),
                "Start here",
                size="3",
                variant="soft",
                class_name="card-action",
                custom_attrs={"aria-label": f"Start here in {tree.title}"},
                on_click=start_here(tree.id, hit.node_id),
            ),
        ),
        rx.cond(
            tree.status == "archived",
            rx.button(
                "Restore",
                size="3",
                variant="soft",
                class_name="card-action",
                custom_attrs={"aria-label": f"Restore {tree.title}"},
                on_click=restore(tree.id),
            ),
        ),
        class_name="card",
        key=tree.id,
    )


def session_card(session: rx.Var[SessionSummary], *actions: rx.Component, me: Any = "") -> rx.Component:
    """Return a session in a list, with where it stands, who goes on with it, if not ``me``, and what can be done."""
    is_elsewhere = ((session.status == "active") | (session.status == "parked")) & (session.holder.id != me)
    return rx.box(
        rx.flex(
            rx.link(
                rx.cond(session.title != "", session.title, session.tree.title),
                href=f"/sessions/{session.id}",
                class_name="card-link",
            ),
            status_badge(session.status),
            align="center",
            spacing="2",
            justify="between",
            wrap="wrap",
        ),
        rx.text(inline_prose(session.question), size="3", class_name="clamp"),
        rx.text(
            rx.cond(session.title != "", session.tree.title + " · ", ""),
            rx.cond(session.ticket_ref != "", session.ticket_ref + " · ", ""),
            rx.cond(session.asset != "", session.asset + " · ", ""),
            session.step_count,
            rx.cond(session.step_count == 1, " step · ", " steps · "),
            ago(session.updated_at),
            rx.cond(is_elsewhere, f" · {session.holder.name} has it", ""),
            size="2",
            class_name="quiet",
        ),
        *actions,
        class_name="card",
        key=session.id,
    )


def handoff_card(handoff: rx.Var[HandoffView], me: Any) -> rx.Component:
    """Return an escalation in a list: who, on what, why, how long, and who has it; a senior, if not ``me`` who escalated,
    can pick it up."""
    return rx.box(
        rx.flex(
            rx.link(
                f"{handoff.raised_by.name}: {_subject(handoff)}",
                href=f"/handoffs/{handoff.id}",
                class_name="card-link",
            ),
            rx.flex(
                overdue_badge(handoff.is_overdue),
                priority_badge(handoff.priority),
                status_badge(handoff.status),
                spacing="2",
            ),
            align="center",
            spacing="2",
            justify="between",
            wrap="wrap",
        ),
        rx.text(inline_prose(handoff.question), size="3", class_name="clamp"),
        rx.cond(handoff.reason != "", rx.text("“", handoff.reason, "”", size="3", class_name="clamp")),
        rx.text(
            ago(handoff.created_at),
            rx.cond(handoff.claimed_by, f" · {handoff.claimed_by.name} has it", ""),
            size="2",
            class_name="quiet",
        ),
        rx.cond(
            (handoff.status == "open") & InboxState.is_senior & (handoff.raised_by.id != me),
            rx.button(
                "Pick up",
                size="3",
                class_name="card-action",
                on_click=InboxState.pick_up(handoff.id),
                custom_attrs={"aria-label": f"Pick up from {handoff.raised_by.name}"},
            ),
        ),
        class_name="card",
        key=handoff.id,
    )


def _run(run: rx.Var[TextRun]) -> rx.Component:
    return rx.cond(run.marked, rx.el.mark(run.text), rx.el.span(run.text))


def _subject(handoff: rx.Var[HandoffView]) -> rx.Var[str]:
    return rx.cond(handoff.session_title != "", handoff.session_title, handoff.tree_title)
