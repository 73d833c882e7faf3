"""The versions of a tree: when, by whom, what changed, and back to an old one."""

import reflex as rx

from troubleshoot_app.components.dialogs import question_dialog
from troubleshoot_app.components.links import link_button
from troubleshoot_app.components.lists import narrowing, select
from troubleshoot_app.components.react import ago, chart, inline_prose
from troubleshoot_app.components.shell import empty, for_seniors, no_page, page, page_heading, waiting
from troubleshoot_app.schemas.versions import NodeChange, VersionView
from troubleshoot_app.states.versions import VersionsState


def versions() -> rx.Component:
    """Return the page."""
    return page(
        for_seniors(
            rx.cond(
                VersionsState.missing,
                no_page(
                    "map-pin-off",
                    "No such tree",
                    "It may have been removed.",
                    rx.link("All trees", href="/trees"),
                ),
                rx.cond(VersionsState.id != "", _versions(), waiting()),
            )
        )
    )


def _versions() -> rx.Component:
    return rx.fragment(
        page_heading(VersionsState.title),
        rx.link("Back to the tree", href=f"/trees/{VersionsState.id}", size="3", class_name="page-link"),
        rx.cond(
            VersionsState.versions.length() > 0,
            rx.fragment(
                rx.el.section(
                    rx.heading("Versions", as_="h2", size="5"),
                    rx.el.ul(rx.foreach(VersionsState.versions, _version), class_name="rows"),
                    class_name="section",
                ),
                _comparison(),
                _restore_dialog(),
            ),
            empty(
                "git-branch",
                "Never published",
                "Publish the draft, and it is listed here as version 1.",
                link_button("Open the draft", href=f"/trees/{VersionsState.id}/edit"),
            ),
        ),
    )


def _version(version: rx.Var[VersionView]) -> rx.Component:
    return rx.el.li(
        rx.box(
            rx.text(f"Version {version.version}", weight="medium", size="3"),
            rx.text(version.by.name, ", ", ago(version.published_at), size="2", class_name="quiet"),
            rx.cond(version.note != "", rx.text(version.note, size="3")),
            class_name="grow",
        ),
        rx.button(
            "Restore as draft",
            size="3",
            variant="soft",
            on_click=VersionsState.ask_to_restore(version.version),
            custom_attrs={"aria-label": f"Restore as draft: version {version.version}"},
        ),
        key=version.version,
    )


def _comparison() -> rx.Component:
    shown = VersionsState.comparison
    return rx.el.section(
        rx.heading("What differs", as_="h2", size="5"),
        narrowing(
            _choice("From", VersionsState.older, VersionsState.choose_older),
            _choice("To", VersionsState.newer, VersionsState.choose_newer),
        ),
        rx.cond(
            shown,
            rx.fragment(
                rx.foreach(shown.lines, lambda line: rx.text(line, size="3")),
                rx.cond(
                    shown.changes.length() > 0,
                    rx.el.ul(rx.foreach(shown.changes, _change), class_name="rows"),
                    rx.cond(
                        shown.lines.length() == 0, rx.text("Nothing differs.", size="3", class_name="quiet")
                    ),
                ),
                chart(
                    f"/api/v1/web/charts/versions/{VersionsState.id}?older={VersionsState.older}"
                    f"&newer={VersionsState.newer}&seq={VersionsState.compared}",
                    label="Chart of what differs",
                ),
            ),
        ),
        class_name="section",
    )


def _choice(label: str, value: rx.Var[str], on_change: rx.event.EventType) -> rx.Component:
    return select(
        label,
        rx.foreach(
            VersionsState.versions,
            lambda version: rx.el.option(f"Version {version.version}", value=version.version.to_string()),
        ),
        rx.el.option("Draft", value="0"),
        value=value,
        on_change=on_change,
    )


def _restore_dialog() -> rx.Component:
    wanted = VersionsState.to_restore
    return question_dialog(
        f"Make version {wanted} the draft again?",
        explanation="It takes the place of the draft as it is now, with everything in it that was not published. "
        "What is published stays until you publish again.",
        opened=wanted > 0,
        on_toggle=lambda _opened: VersionsState.ask_to_restore(0),
        confirm="Restore",
        on_confirm=VersionsState.restore(wanted),
        is_loss=False,
    )


def _change(change: rx.Var[NodeChange]) -> rx.Component:
    return rx.el.li(
        rx.box(
            rx.text(
                rx.cond(change.words != "", inline_prose(change.words), change.node_id),
                size="3",
                weight="medium",
            ),
            rx.foreach(change.lines, lambda line: rx.text(line, size="2", class_name="quiet")),
            class_name="grow",
        ),
        rx.match(
            change.what,
            ("added", rx.badge("Added", color_scheme="green", size="2")),
            ("removed", rx.badge("Removed", color_scheme="red", size="2")),
            rx.badge("Changed", color_scheme="amber", size="2"),
        ),
        key=change.node_id,
    )
