"""The audit log: who did what, for admins."""

from typing import Any

import reflex as rx

from troubleshoot_app.components.react import clock
from troubleshoot_app.components.shell import empty, page, page_heading, waiting
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
        page_heading("Audit log"),
        rx.cond(
            AuditState.refused != "",
            empty("lock", "Not for your role", AuditState.refused, rx.link("Home", href="/")),
            rx.fragment(
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
    return rx.box(
        _labelled(
            "Person",
            "audit-person",
            rx.el.select(
                rx.el.option("Everybody", value=""),
                rx.foreach(AuditState.people, lambda one: rx.el.option(one.name, value=one.id)),
                id="audit-person",
                value=AuditState.user_id,
                on_change=AuditState.choose_person,
                class_name="select",
            ),
        ),
        _labelled(
            "Kind",
            "audit-kind",
            rx.el.select(
                rx.el.option("Everything", value=""),
                *[rx.el.option(words, value=kind) for kind, words in _KINDS],
                id="audit-kind",
                value=AuditState.kind,
                on_change=AuditState.choose_kind,
                class_name="select",
            ),
        ),
        _labelled("From", "audit-from", _day("audit-from", AuditState.since, AuditState.choose_since)),
        _labelled("To", "audit-to", _day("audit-to", AuditState.until, AuditState.choose_until)),
        class_name="narrowing",
    )


def _labelled(label: str, name: str, control: rx.Component) -> rx.Component:
    return rx.box(rx.el.label(label, html_for=name, class_name="field-label"), control, class_name="field")


def _day(name: str, value: Any, on_change: Any) -> rx.Component:
    return rx.el.input(id=name, type="date", value=value, on_change=on_change, class_name="select")


def _list() -> rx.Component:
    return rx.cond(
        AuditState.items.length() > 0,
        rx.fragment(
            rx.el.ul(
                rx.foreach(AuditState.items, _entry),
                class_name="deliveries",
                custom_attrs={"aria-label": "What was done"},
            ),
            rx.box(
                rx.cond(
                    AuditState.has_more,
                    rx.button("Show more", size="3", variant="soft", on_click=AuditState.show_more),
                ),
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
