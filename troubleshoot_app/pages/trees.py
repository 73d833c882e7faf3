"""Trees: find one, see what it is for, start a session."""

import reflex as rx

from troubleshoot_app.components.badges import status_badge
from troubleshoot_app.components.cards import tree_card
from troubleshoot_app.components.forms import field
from troubleshoot_app.components.react import chart
from troubleshoot_app.components.shell import empty, page, page_heading, waiting
from troubleshoot_app.schemas.trees import Category, ProblemView
from troubleshoot_app.states.inbox import InboxState
from troubleshoot_app.states.trees import EVERY_CATEGORY, TreesState, TreeState


def trees() -> rx.Component:
    """Return the list of trees with its search."""
    return page(
        page_heading(
            "Trees",
            rx.cond(InboxState.is_senior, rx.link(rx.button("New tree", size="3"), href="/trees/new")),
        ),
        rx.box(
            rx.input(
                rx.input.slot(rx.icon("search", size=18, custom_attrs={"aria-hidden": "true"})),
                type="search",
                placeholder="Search trees",
                size="3",
                on_change=TreesState.search.debounce(200),
                custom_attrs={"aria-label": "Search trees"},
                class_name="grow",
            ),
            rx.el.select(
                rx.el.option("All categories", value=EVERY_CATEGORY),
                rx.foreach(TreesState.categories, _category),
                value=TreesState.category,
                on_change=TreesState.choose_category,
                class_name="select",
                custom_attrs={"aria-label": "Category"},
            ),
            class_name="filters",
        ),
        rx.cond(
            TreesState.loaded,
            rx.cond(
                TreesState.trees.length() > 0,
                rx.box(rx.foreach(TreesState.trees, tree_card), class_name="cards"),
                rx.cond(
                    (TreesState.words != "") | (TreesState.category != EVERY_CATEGORY),
                    empty("search-x", "Nothing found", "Try fewer or other words, or all categories."),
                    empty(
                        "git-branch",
                        "No trees yet",
                        "As soon as somebody publishes a tree, it is listed here.",
                    ),
                ),
            ),
            waiting(),
        ),
    )


def tree() -> rx.Component:
    """Return one tree before it is walked."""
    return page(
        rx.cond(
            TreeState.missing,
            empty(
                "map-pin-off",
                "No such tree",
                "It may have been removed, or the link is wrong.",
                rx.link("All trees", href="/trees"),
            ),
            rx.cond(TreeState.tree, _tree(), waiting()),
        )
    )


def _tree() -> rx.Component:
    shown = TreeState.tree
    return rx.fragment(
        page_heading(
            shown.title,
            status_badge(shown.status),
            rx.cond(
                InboxState.is_senior,
                rx.flex(
                    rx.link(rx.button("Edit", size="3", variant="soft"), href=f"/trees/{shown.id}/edit"),
                    rx.link(
                        rx.button("Versions", size="3", variant="soft", color_scheme="gray"),
                        href=f"/trees/{shown.id}/versions",
                    ),
                    spacing="2",
                ),
            ),
        ),
        rx.text(shown.description, size="4"),
        rx.text(
            rx.cond(shown.category != "", shown.category + " · ", ""),
            shown.node_count,
            " nodes",
            rx.cond(TreeState.can_start, f" · version {shown.version}", ""),
            size="3",
            class_name="quiet",
        ),
        rx.cond(TreeState.can_start, _start(), _draft_only()),
        rx.el.section(
            rx.heading("Chart", as_="h2", size="5"),
            chart(f"/api/v1/web/charts/trees/{shown.id}"),
            class_name="section",
        ),
        rx.cond(TreeState.problems.length() > 0, _problems()),
    )


def _start() -> rx.Component:
    return rx.card(
        rx.form(
            rx.box(
                field(
                    "What is it about?",
                    "title",
                    hint="Optional. A few words that you and a senior will know it by.",
                    max_length=200,
                ),
                field("Asset", "asset", hint="Optional. Machine, room or serial number.", max_length=200),
                field(
                    "Ticket", "ticket_ref", hint="Optional. The number in your ticket system.", max_length=200
                ),
                rx.button("Start session", type="submit", size="4", width="100%"),
                class_name="stack",
            ),
            on_submit=TreeState.start,
        ),
        size="3",
        class_name="start",
    )


def _draft_only() -> rx.Component:
    return rx.callout(
        "This tree is a draft: it cannot be walked until it is published.",
        icon="pencil-ruler",
        color_scheme="amber",
        size="2",
    )


def _problems() -> rx.Component:
    return rx.el.section(
        rx.heading("What is wrong with it", as_="h2", size="5"),
        rx.el.ul(rx.foreach(TreeState.problems, _problem), class_name="problems"),
        class_name="section",
    )


def _problem(problem: rx.Var[ProblemView]) -> rx.Component:
    return rx.el.li(
        rx.badge(
            rx.cond(problem.severity == "error", "Error", "Warning"),
            color_scheme=rx.cond(problem.severity == "error", "red", "amber"),
            size="2",
        ),
        rx.text(rx.cond(problem.node_id, f"{problem.node_id}: ", ""), problem.message, size="3"),
    )


def _category(category: rx.Var[Category]) -> rx.Component:
    return rx.el.option(f"{category.name} ({category.tree_count})", value=category.name)
