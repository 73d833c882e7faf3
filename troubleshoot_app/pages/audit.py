"""The audit log: who did what, for admins."""

import reflex as rx

from troubleshoot_app.components.lists import day, more_button, narrowing, select
from troubleshoot_app.components.react import clock
from troubleshoot_app.components.shell import empty, not_for_you, page, page_heading, waiting
from troubleshoot_app.schemas.audit import AuditView
from troubleshoot_app.states.audit import AuditState

_KINDS = (
    ("people", "People and rights"),
    ("sign_ins", "Passwords and sign-ins"),
    ("trees", "Trees"),
    ("escalations", "Escalations"),
    ("choices", "How people are told"),
    ("webhooks", "Webhooks"),
)


def audit() -> rx.Component:
    """Return the page."""
    return page(
        rx.cond(
            AuditState.refused != "",
            not_for_you(AuditState.refused),
            rx.fragment(
                page_heading("Audit log"),
                rx.text(
                    "Who changed rights, trees, escalations and settings, and when.",
                    size="3",
                    class_name="quiet",
                ),
                _filters(),
                rx.cond(AuditState.loaded, _list(), waiting()),
            ),
        ),
    )


def _filters() -> rx.Component:
    return narrowing(
        select(
            "Person",
            rx.el.option("Everybody", value=""),
            rx.foreach(AuditState.people, lambda one: rx.el.option(one.name, value=one.id)),
            value=AuditState.user_id,
            on_change=AuditState.choose_person,
        ),
        select(
            "Kind",
            rx.el.option("Everything", value=""),
            *[rx.el.option(words, value=kind) for kind, words in _KINDS],
            value=AuditState.kind,
            on_change=AuditState.choose_kind,
        ),
        day("From", value=AuditState.since, on_change=AuditState.choose_since),
        day("To", value=AuditState.until, on_change=AuditState.choose_until),
    )


def _list() -> rx.Component:
    return rx.cond(
        AuditState.items.length() > 0,
        rx.fragment(
            rx.el.ul(
                rx.foreach(AuditState.items, _entry),
                class_name="rows",
                custom_attrs={"aria-label": "What was done"},
            ),
            rx.box(
                more_button(AuditState),
                rx.el.a(
                    rx.icon("download", size=18, custom_attrs={"aria-hidden": "true"}),
                    rx.el.span("Save as CSV", class_name="export-name"),
                    href=AuditState.file,
                    download=True,
                    reload_document=True,  # it is no page to go to
                    discover="none",
                    class_name="export-file",
                ),
                class_name="row-actions",
            ),
        ),
        empty(
            "scroll-text", "Nothing here", "Nobody did anything of this kind in this time. Widen the filters."
        ),
    )


def _entry(entry: rx.Var[AuditView]) -> rx.Component:
    return rx.el.li(
        rx.text(entry.sentence, size="3", class_name="grow breaks"),
        rx.text(clock(entry.at), size="2", class_name="quiet"),
        key=entry.id,
    )
