"""Trees: find one, see what it is for, start a session."""

import reflex as rx

from troubleshoot_app.components.aloud import found_aloud
from troubleshoot_app.components.badges import status_badge
from troubleshoot_app.components.cards import hit_card
from troubleshoot_app.components.dialogs import question_dialog
from troubleshoot_app.components.export import tree_export_button
from troubleshoot_app.components.forms import field
from troubleshoot_app.components.links import link_button
from troubleshoot_app.components.lists import narrowing, search_box, select
from troubleshoot_app.components.problems import problem_line
from troubleshoot_app.components.react import chart
from troubleshoot_app.components.shell import empty, no_page, page, page_heading, waiting
from troubleshoot_app.schemas.trees import Category, DraftProblem
from troubleshoot_app.states.inbox import InboxState
from troubleshoot_app.states.trees import TreesState, TreeState

_STATES = (
    ("published", "Published"),
    ("draft", "Drafts"),
    ("faulty", "Drafts with problems"),
    ("archived", "Archived"),
)


def trees() -> rx.Component:
    """Return the list of trees with its search."""
    return page(
        page_heading(
            "Trees",
            rx.cond(
                InboxState.is_senior,
                rx.flex(
                    link_button("New tree", href="/trees/new", variant="solid"),
                    link_button("Import", href="/trees/import"),
                    spacing="2",
                ),
            ),
        ),
        rx.box(
            search_box("Search trees", TreesState),
            _filters(),
            class_name="finder",
        ),
        found_aloud(TreesState.hits.length(), "tree", when=TreesState.address != ""),
        rx.cond(TreesState.loads > 0, _found(), waiting()),
    )


def _filters() -> rx.Component:
    return narrowing(
        select(
            "Category",
            rx.el.option("All categories", value=""),
            rx.foreach(TreesState.categories, _category),
            value=TreesState.category,
            on_change=TreesState.choose_category,
        ),
        rx.cond(
            TreesState.tags.length() > 0,
            select(
                "Tag",
                rx.el.option("All tags", value=""),
                rx.foreach(TreesState.tags, lambda tag: rx.el.option(tag, value=tag)),
                value=TreesState.tag,
                on_change=TreesState.choose_tag,
            ),
        ),
        rx.cond(
            InboxState.is_senior,
            select(
                "State",
                rx.el.option("All states", value=""),
                *[rx.el.option(words, value=state) for state, words in _STATES],
                value=TreesState.lifecycle,
                on_change=TreesState.choose_state,
            ),
        ),
    )


def _found() -> rx.Component:
    return rx.cond(
        TreesState.hits.length() > 0,
        rx.fragment(
            rx.box(
                rx.foreach(
                    TreesState.hits,
                    lambda hit: hit_card(hit, TreesState.start_here, TreesState.restore),
                ),
                class_name="cards",
            ),
            rx.cond(
                TreesState.is_cut,
                rx.text(
                    "These are the first ones. Search for a word, or choose a category, to see fewer.",
                    size="3",
                    class_name="quiet",
                ),
            ),
        ),
        rx.cond(
            TreesState.address != "",
            empty(
                "search-x",
                rx.cond(TreesState.words != "", f"Nothing found for “{TreesState.words}”", "Nothing found"),
                rx.cond(
                    InboxState.is_senior,
                    "Try fewer or other words, or write the tree that is missing.",
                    "Try fewer or other words. If there is no tree for it yet, ask a senior to write one.",
                ),
                rx.flex(
                    link_button("Show all trees", href="/trees"),
                    rx.cond(
                        InboxState.is_senior,
                        link_button("Write this tree", href="/trees/new", variant="solid"),
                    ),
                    spacing="3",
                    wrap="wrap",
                    justify="center",
                ),
            ),
            empty("git-branch", "No trees yet", "As soon as somebody publishes a tree, it is listed here."),
        ),
    )


def tree() -> rx.Component:
    """Return one tree before it is walked."""
    return page(
        rx.cond(
            TreeState.missing,
            no_page(
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
                    link_button("Edit", href=f"/trees/{shown.id}/edit"),
                    link_button("Versions", href=f"/trees/{shown.id}/versions", color_scheme="gray"),
                    link_button("Insights", href=f"/insights/trees/{shown.id}", color_scheme="gray"),
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
        rx.flex(
            tree_export_button(shown.id),
            rx.cond(
                TreeState.can_start & InboxState.is_senior,
                link_button(
                    rx.icon("qr-code", size=18, custom_attrs={"aria-hidden": "true"}),
                    "Labels",
                    href=f"/trees/{shown.id}/sheet",
                    color_scheme="gray",
                ),
            ),
            rx.cond(InboxState.is_admin, _delete()),
            spacing="3",
            wrap="wrap",
        ),
        rx.el.section(
            rx.heading("Chart", as_="h2", size="5"),
            chart(f"/api/v1/web/charts/trees/{shown.id}"),
            class_name="section",
        ),
        rx.cond(TreeState.problems.length() > 0, _problems()),
    )


def _delete() -> rx.Component:
    button = rx.button(
        rx.icon("trash-2", size=18, custom_attrs={"aria-hidden": "true"}),
        "Delete",
        size="3",
        variant="soft",
        color_scheme="red",
    )
    return question_dialog(
        "Delete this tree?",
        explanation="Nobody finds it or starts it any more. Sessions that walk it go on. It is kept in the archive, "
        "from where it can be restored.",
        trigger=button,
        confirm="Delete tree",
        on_confirm=TreeState.archive,
    )


def _start() -> rx.Component:
    return rx.form(
        field(
            "What is it about?",
            "title",
            hint="Optional. A few words that you and a senior will know it by.",
            max_length=200,
        ),
        field("Asset", "asset", hint="Optional. Machine, room or serial number.", max_length=200),
        field("Ticket", "ticket_ref", hint="Optional. The number in your ticket system.", max_length=200),
        rx.button("Start session", type="submit", size="4", width="100%"),
        on_submit=TreeState.start,
        class_name="panel",
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
        rx.el.ul(rx.foreach(TreeState.problems, _problem), class_name="targets"),
        class_name="section",
    )


def _problem(problem: rx.Var[DraftProblem]) -> rx.Component:
    node: rx.Var[str] = rx.Var(f'encodeURIComponent({problem.node_id} ?? "")', _var_type=str)
    return rx.el.li(
        rx.link(
            problem_line(problem),
            href=f"/trees/{TreeState.tree.id}/edit?node={node}",
            underline="none",
            class_name="target",
        )
    )


def _category(category: rx.Var[Category]) -> rx.Component:
    return rx.el.option(f"{category.name} ({category.tree_count})", value=category.name)
