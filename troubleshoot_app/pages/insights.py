"""Insight: escalations, one tree with what happens at its nodes, and the sessions behind a figure."""

from typing import Any

import reflex as rx

from troubleshoot_app.components.cards import session_card
from troubleshoot_app.components.insight import (
    bar_list,
    column_chart,
    figure_cell,
    figure_table,
    flow_chart,
    range_picker,
    tiles,
)
from troubleshoot_app.components.links import link_button
from troubleshoot_app.components.react import chart
from troubleshoot_app.components.shell import empty, no_page, not_for_you, page, page_heading, waiting
from troubleshoot_app.schemas.insight import NodeRow, VersionRow
from troubleshoot_app.states.insights import CountedSessionsState, InsightsState, TreeInsightState

_DAYS_ARE_UTC = "Days begin at midnight UTC."
_NODE_HEADS = ("Node", "Visits", "Exits", "Undone", "Escalations", "Time, median")
_VERSION_HEADS = ("Version", "Started", "Over", "Resolved without help", "Share")
_MEASURES = (
    ("visits", "Visits"),
    ("exits", "Exits"),
    ("undone", "Undone"),
    ("minutes", "Time"),
    ("escalations", "Escalations"),
)


def insights() -> rx.Component:
    """Return the page of all escalations."""
    state = InsightsState
    return page(
        _unless_refused(
            state,
            page_heading("Insights"),
            range_picker(state.presets, state.since, state.until, state.choose),
            rx.cond(
                state.trouble != "",
                _trouble(state.trouble),
                rx.cond(state.loaded, _escalations(), waiting()),
            ),
        ),
        wide=True,
    )


def _escalations() -> rx.Component:
    state = InsightsState
    return rx.cond(
        state.total > 0,
        rx.fragment(
            tiles(state.tiles),
            _section("Over time", column_chart(state.days, "Escalations over time")),
            rx.box(
                _section("By tree", bar_list(state.trees, "Escalations by tree", "None.")),
                _section("By node", bar_list(state.nodes, "Escalations by node", "None.")),
                _section("By person", bar_list(state.people, "Escalations by person", "None.")),
                class_name="side-by-side",
            ),
            _foot(state.csv),
        ),
        empty(
            "chart-no-axes-column",
            "No escalations in these days",
            "Choose other days, or look at a tree: its page leads to what happens at its nodes.",
            link_button("All trees", href="/trees"),
        ),
    )


def tree_insight() -> rx.Component:
    """Return the page of one tree."""
    state = TreeInsightState
    return page(
        _unless_refused(
            state,
            rx.cond(
                state.missing,
                no_page(
                    "map-pin-off",
                    "No such tree or version",
                    "It may have been removed, or the link is wrong.",
                    rx.link("All trees", href="/trees"),
                ),
                rx.fragment(
                    page_heading(rx.cond(state.title != "", state.title, "Insights")),
                    range_picker(state.presets, state.since, state.until, state.choose),
                    rx.cond(
                        state.trouble != "",
                        _trouble(state.trouble),
                        rx.cond(state.loaded, _tree(), waiting()),
                    ),
                ),
            ),
        ),
        wide=True,
    )


def _tree() -> rx.Component:
    state = TreeInsightState
    return rx.fragment(
        rx.flex(
            rx.link("All escalations", href="/insights", size="3", class_name="page-link"),
            rx.link("The tree", href=f"/trees/{state.id}", size="3", class_name="page-link"),
            spacing="5",
        ),
        rx.cond(
            state.version > 0,
            rx.fragment(
                tiles(state.tiles),
                _section(
                    f"Chart of version {state.version}",
                    _measures(),
                    chart(
                        f"/api/v1/web/charts/trees/{state.id}?version={state.version}",
                        heat=state.heat,
                        heat_href=state.heat_href,
                        label="Chart of the tree with figures",
                    ),
                ),
                _section("From start to ends", _flow()),
                _section("Nodes", _nodes()),
                _section("Versions", _versions()),
                _foot(state.csv),
            ),
            empty(
                "git-branch",
                "Never published",
                "Publish the draft; what is walked then is counted here.",
                link_button("Open the draft", href=f"/trees/{state.id}/edit"),
            ),
        ),
    )


def _measures() -> rx.Component:
    state = TreeInsightState
    return rx.el.fieldset(
        rx.el.legend("Shown at each node", class_name="field-label"),
        rx.box(
            *[
                rx.el.label(
                    rx.el.input(
                        type="radio",
                        name="measure",
                        value=value,
                        default_checked=state.measure == value,
                        on_change=state.choose_measure(value),
                    ),
                    rx.el.span(words),
                    class_name="choice",
                )
                for value, words in _MEASURES
            ],
            class_name="choices measures",
        ),
        class_name="choice-set",
    )


def _flow() -> rx.Component:
    state = TreeInsightState
    return rx.cond(
        state.boxes.length() > 0,
        rx.fragment(
            flow_chart(state.boxes, state.bands, state.flow_height),
            rx.cond(
                state.flow_hidden > 0,
                rx.text(
                    f"{state.flow_hidden} nodes with few visits are left out.", size="2", class_name="quiet"
                ),
            ),
        ),
        rx.text("Nobody has walked this version in these days.", size="3", class_name="quiet"),
    )


def _nodes() -> rx.Component:
    state = TreeInsightState
    return rx.fragment(
        figure_table("Figures of the nodes", _NODE_HEADS, state.nodes, _node),
        rx.cond(
            state.node_count > state.nodes.length(),
            rx.text(
                f"These are the {state.nodes.length()} nodes with most visits of {state.node_count}; "
                "the CSV file has all of them.",
                size="2",
                class_name="quiet",
            ),
        ),
    )


def _node(node: rx.Var[NodeRow]) -> rx.Component:
    figures = (
        (node.visits, node.visits_href),
        (node.exits, node.exits_href),
        (node.undone, node.undone_href),
        (node.escalations, node.escalations_href),
        (node.minutes, ""),
    )
    return rx.el.tr(
        rx.el.th(node.text, scope="row", role="rowheader"),
        *(figure_cell(head, *figure) for head, figure in zip(_NODE_HEADS[1:], figures, strict=True)),
        key=node.node_id,
        role="row",
    )


def _versions() -> rx.Component:
    state = TreeInsightState
    return rx.cond(
        state.versions.length() > 0,
        figure_table("Figures of the versions", _VERSION_HEADS, state.versions, _version),
        rx.text("No version was walked in these days.", size="3", class_name="quiet"),
    )


def _version(row: rx.Var[VersionRow]) -> rx.Component:
    figures = (
        (row.started, row.started_href),
        (row.over, row.over_href),
        (row.unaided, row.unaided_href),
        (f"{row.share} %", ""),
    )
    return rx.el.tr(
        rx.el.th(
            rx.link(
                f"Version {row.version}",
                href=row.href,
                custom_attrs={"aria-current": rx.cond(row.is_shown, "true", "false")},
            ),
            rx.cond(row.is_shown, rx.el.span(" (shown)", class_name="quiet")),
            scope="row",
            role="rowheader",
        ),
        *(figure_cell(head, *figure) for head, figure in zip(_VERSION_HEADS[1:], figures, strict=True)),
        key=row.version,
        role="row",
    )


def counted_sessions() -> rx.Component:
    """Return the sessions behind a figure."""
    state = CountedSessionsState
    return page(
        _unless_refused(
            state,
            rx.cond(
                state.missing,
                empty(
                    "map-pin-off",
                    "No such tree or version",
                    "It may have been removed, or the link is wrong.",
                    rx.link("Insights", href="/insights"),
                ),
                rx.cond(
                    state.trouble != "",
                    _trouble(state.trouble),
                    rx.cond(state.loaded, _counted(), waiting()),
                ),
            ),
        )
    )


def _counted() -> rx.Component:
    state = CountedSessionsState
    return rx.fragment(
        page_heading(state.words),
        rx.cond(state.place != "", rx.text(state.place, size="4")),
        rx.text(
            f"{state.counted}, {state.days}. {_DAYS_ARE_UTC}",
            size="3",
            class_name="quiet",
        ),
        rx.link("Back to the figures", href=state.back, size="3", class_name="page-link"),
        rx.cond(
            state.total > 0,
            rx.box(rx.foreach(state.sessions, lambda one: session_card(one, me="")), class_name="cards"),
            empty("clipboard-list", "No sessions here", "Choose other days on the page before this one."),
        ),
        rx.cond(
            state.total > state.sessions.length(),
            rx.text(
                f"These are the latest {state.sessions.length()}. Choose fewer days to see the others.",
                size="3",
                class_name="quiet",
            ),
        ),
    )


def _section(title: Any, *children: rx.Component) -> rx.Component:
    return rx.el.section(rx.heading(title, as_="h2", size="5"), *children, class_name="section")


def _foot(csv: Any) -> rx.Component:
    return rx.box(
        rx.el.a(
            "Download as CSV",
            href=csv,
            download=True,
            reload_document=True,  # it is no page to go to
            discover="none",
            class_name="button-link",
        ),
        rx.text(_DAYS_ARE_UTC, " Drafts that were tried out are not counted.", size="2", class_name="quiet"),
        class_name="insight-foot",
    )


def _trouble(words: Any) -> rx.Component:
    return rx.el.p(words, role="alert", class_name="form-problem")


def _unless_refused(state: Any, *children: rx.Component) -> rx.Component:
    return rx.cond(
        state.refused != "",
        not_for_you(state.refused),
        rx.fragment(*children),
    )
