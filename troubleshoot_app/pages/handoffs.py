"""Escalations: the queue, and the briefing of one case."""

import reflex as rx

from troubleshoot_app.components.attachments import files_of
from troubleshoot_app.components.badges import overdue_badge, priority_badge, status_badge
from troubleshoot_app.components.cards import handoff_card
from troubleshoot_app.components.case_dialogs import release_dialog, resolve_dialog
from troubleshoot_app.components.links import link_button, replay_link
from troubleshoot_app.components.path import case_notes, step_line
from troubleshoot_app.components.react import Follow, ago, inline_prose, prose
from troubleshoot_app.components.shell import empty, no_page, page, page_heading, waiting
from troubleshoot_app.components.watch import unreachable_strip, watch_list
from troubleshoot_app.states.handoffs import HandoffsState, HandoffState
from troubleshoot_app.states.inbox import InboxState


def handoffs() -> rx.Component:
    """Return the queue."""
    return page(
        page_heading(
            "Escalations",
            rx.cond(
                InboxState.is_admin,
                rx.link("Deliveries", href="/deliveries", size="3", class_name="page-link"),
            ),
        ),
        unreachable_strip(HandoffsState.unreachable),
        rx.cond(
            HandoffsState.loaded,
            rx.cond(
                HandoffsState.queue.length() > 0,
                rx.box(
                    rx.foreach(HandoffsState.queue, lambda one: handoff_card(one, HandoffsState.me)),
                    class_name="stack",
                ),
                empty(
                    "party-popper",
                    "Nobody is waiting",
                    rx.cond(
                        InboxState.is_senior,
                        "When somebody escalates, it appears here and on every page that you have open.",
                        "When you escalate a session, you can follow it here.",
                    ),
                ),
            ),
            waiting(),
        ),
        Follow.create(hydrated=rx.State.is_hydrated, tick=InboxState.tick, on_tick=HandoffsState.load),
    )


def handoff() -> rx.Component:
    """Return the briefing."""
    return page(
        rx.cond(
            HandoffState.missing,
            no_page(
                "map-pin-off",
                "No such escalation",
                "It may be somebody else's, or the link is wrong.",
                rx.link("All escalations", href="/handoffs"),
            ),
            rx.cond(HandoffState.handoff, _briefing(), waiting()),
        ),
        Follow.create(hydrated=rx.State.is_hydrated, tick=InboxState.tick, on_tick=HandoffState.load),
        Follow.create(hydrated=rx.State.is_hydrated, tick=InboxState.progress, on_tick=HandoffState.follow),
    )


def _briefing() -> rx.Component:
    shown = HandoffState.handoff
    return rx.fragment(
        page_heading(
            shown.briefing.problem,
            overdue_badge(shown.is_overdue),
            priority_badge(shown.priority),
            status_badge(shown.status),
        ),
        rx.text(
            shown.raised_by.name,
            ", ",
            ago(shown.created_at),
            " · ",
            shown.tree_title,
            rx.cond(shown.asset != "", " · " + shown.asset, ""),
            rx.cond(shown.ticket_ref != "", " · " + shown.ticket_ref, ""),
            size="3",
            class_name="quiet",
        ),
        rx.cond(shown.reason != "", rx.el.blockquote(rx.text(shown.reason, size="4"), class_name="reason")),
        rx.cond(shown.briefing.out_of_range.length() > 0, _out_of_range()),
        rx.cond(
            shown.claimed_by,
            rx.text(f"{shown.claimed_by.name} picked it up ", ago(shown.claimed_at), ".", size="3"),
        ),
        _actions(),
        _stuck(),
        rx.el.section(
            rx.heading("What was tried", as_="h2", size="5"),
            rx.cond(
                shown.briefing.start_node,
                rx.text(
                    "Started at: ", inline_prose(shown.briefing.start_node.text), size="3", class_name="quiet"
                ),
            ),
            rx.cond(
                shown.briefing.path.length() > 0,
                rx.el.ol(
                    rx.foreach(shown.briefing.path, lambda step: step_line(step, shown.briefing.attachments)),
                    class_name="path",
                ),
                rx.text("Nothing yet: escalated from the first question.", class_name="quiet"),
            ),
            case_notes(shown.briefing.notes),
            class_name="section",
        ),
        rx.cond(
            shown.resolution != "",
            rx.el.section(
                rx.heading("What helped", as_="h2", size="5"),
                rx.text(shown.resolution, size="4"),
                class_name="section",
            ),
        ),
        rx.cond(shown.intent == "escalate", _told()),
        release_dialog(HandoffState),
        resolve_dialog(HandoffState, shown.raised_by.name),
    )


def _stuck() -> rx.Component:
    """Return the question at hand: where the session was left, or where it stands since somebody took it up again."""
    shown = HandoffState.handoff
    return rx.el.section(
        rx.text(
            rx.cond(shown.claimed_by, "Stands at", "Stuck at"),
            rx.cond(
                shown.briefing.stuck_in.title != shown.tree_title,
                f", in “{shown.briefing.stuck_in.title}”",
                "",
            ),
            size="2",
            weight="bold",
            class_name="quiet",
        ),
        rx.el.h2(inline_prose(shown.briefing.stuck_at), class_name="stuck-at"),
        rx.cond(shown.briefing.stuck_help != "", prose(shown.briefing.stuck_help)),
        rx.cond(
            shown.briefing.pending_note != "",
            rx.text("Note: ", shown.briefing.pending_note, size="3", class_name="step-note"),
        ),
        files_of(shown.briefing.attachments, shown.briefing.path.length() + 1, and_loose=True),
        class_name="panel stuck",
        custom_attrs={"aria-label": "Where it stands"},
    )


def _out_of_range() -> rx.Component:
    return rx.callout.root(
        rx.callout.icon(rx.icon("triangle-alert", size=18, custom_attrs={"aria-hidden": "true"})),
        rx.callout.text(rx.text.strong("Out of range")),
        rx.el.ul(
            rx.foreach(
                HandoffState.handoff.briefing.out_of_range,
                lambda step: rx.el.li(
                    inline_prose(step.node_text),
                    rx.text.strong(f" {step.reading.shown}"),
                    f", expected {step.reading.expected}",
                    key=step.seq,
                ),
            ),
            class_name="out-of-range",
        ),
        color_scheme="red",
    )


def _actions() -> rx.Component:
    shown = HandoffState.handoff
    to_session = link_button(
        rx.cond(HandoffState.is_mine, "Go on with the session", "See the session"),
        href=f"/sessions/{shown.session_id}",
    )
    return rx.box(
        rx.cond(
            (shown.status == "open") & InboxState.is_senior & ~HandoffState.is_from_me,
            rx.button("Pick up", size="3", on_click=InboxState.pick_up(shown.id)),
        ),
        rx.cond(
            (shown.status == "claimed") & HandoffState.is_mine,
            rx.fragment(
                rx.button("Resolve", size="3", on_click=HandoffState.open_dialog("resolve")),
                rx.button(
                    "Release",
                    size="3",
                    variant="soft",
                    color_scheme="gray",
                    on_click=HandoffState.open_dialog("release"),
                ),
            ),
        ),
        to_session,
        replay_link(shown.session_id),
        rx.cond(
            (shown.status == "open") & HandoffState.is_from_me,
            rx.button(
                "Cancel escalation",
                size="3",
                variant="soft",
                color_scheme="gray",
                on_click=HandoffState.cancel,
            ),
        ),
        class_name="actions",
    )


def _told() -> rx.Component:
    return rx.el.section(
        rx.heading("Who was told", as_="h2", size="5"), watch_list(HandoffState.watch), class_name="section"
    )
