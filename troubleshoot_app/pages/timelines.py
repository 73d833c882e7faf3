"""A session gone through again, one step after the other."""

import reflex as rx

from troubleshoot_app.components.badges import status_badge
from troubleshoot_app.components.links import link_button
from troubleshoot_app.components.react import Follow, Replay
from troubleshoot_app.components.shell import no_page, page, page_heading, waiting
from troubleshoot_app.states.inbox import InboxState
from troubleshoot_app.states.timelines import TimelineState


def replay() -> rx.Component:
    """Return the page."""
    return page(
        rx.cond(
            TimelineState.missing != "",
            no_page(
                "map-pin-off",
                "No such session",
                TimelineState.missing,
                link_button("Your sessions", href="/sessions"),
            ),
            rx.cond(TimelineState.id != "", _replay(), waiting()),
        ),
        Follow.create(hydrated=rx.State.is_hydrated, tick=InboxState.tick, on_tick=TimelineState.refresh),
        wide=True,
    )


def _replay() -> rx.Component:
    return rx.fragment(
        rx.box(
            page_heading(
                f"Replay: {TimelineState.title}",
                link_button("Go to the session", href=f"/sessions/{TimelineState.id}"),
            ),
            rx.flex(
                status_badge(TimelineState.status),
                rx.text(TimelineState.about, size="3", class_name="quiet"),
                spacing="3",
                align="center",
                wrap="wrap",
            ),
            class_name="replay-title",
        ),
        Replay.create(session_id=TimelineState.id, revision=TimelineState.revision, color_mode=rx.color_mode),
    )
