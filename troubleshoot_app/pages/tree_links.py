"""Links on machines: the page that a scan comes to, and the sheet of labels to print."""

import reflex as rx

from troubleshoot_app.components.forms import text_field
from troubleshoot_app.components.react import PrintButton
from troubleshoot_app.components.shell import no_page, page, page_heading, waiting
from troubleshoot_app.schemas.tree_links import Label
from troubleshoot_app.states.tree_links import ScanState, SheetState


def scan() -> rx.Component:
    """Return what a link on a machine leads to."""
    return page(
        rx.cond(
            ScanState.missing,
            no_page(
                "map-pin-off",
                "No such tree",
                "This account has no tree with this link. Ask an admin for a new label, or look for the tree.",
                rx.link("All trees", href="/trees"),
            ),
            rx.cond(ScanState.tree, _scan(), waiting()),
        )
    )


def sheet() -> rx.Component:
    """Return the sheet of labels of a tree."""
    return page(
        rx.cond(
            SheetState.missing,
            no_page(
                "map-pin-off",
                "No such tree",
                "It may have been removed, or the link is wrong.",
                rx.link("All trees", href="/trees"),
            ),
            rx.cond(SheetState.tree, _sheet(), waiting()),
        )
    )


def _scan() -> rx.Component:
    shown = ScanState.tree
    is_open = ScanState.open_session != ""
    return rx.fragment(
        page_heading(shown.title),
        rx.cond(shown.description != "", rx.text(shown.description, size="4")),
        rx.box(
            rx.cond(
                ScanState.asset != "",
                rx.box(
                    rx.text("Asset", size="2", weight="bold", class_name="quiet"),
                    rx.text(ScanState.asset, size="6", weight="bold", class_name="asset"),
                ),
            ),
            rx.cond(
                ScanState.can_start,
                rx.button(
                    rx.cond(is_open, "Continue session", "Start session"),
                    size="4",
                    width="100%",
                    on_click=ScanState.go,
                ),
                rx.callout(
                    "This tree is a draft: it cannot be walked until it is published.",
                    icon="pencil-ruler",
                    color_scheme="amber",
                    size="2",
                ),
            ),
            rx.cond(
                is_open,
                rx.text("You have a session open on this.", size="3", class_name="quiet"),
            ),
            class_name="panel",
        ),
        rx.link("About this tree", href=f"/trees/{shown.id}", size="3", class_name="page-link"),
    )


def _sheet() -> rx.Component:
    shown = SheetState.tree
    return rx.fragment(
        rx.box(
            page_heading("Labels to print"),
            rx.text(
                "Stick one on each machine: whoever scans it starts the right tree, with the asset filled in.",
                size="3",
            ),
            rx.link(shown.title, href=f"/trees/{shown.id}", size="3", class_name="page-link"),
            rx.cond(SheetState.labels.length() > 0, _choose(), _draft()),
            class_name="stack sheet-form",
        ),
        rx.el.section(
            rx.foreach(SheetState.labels, _label),
            class_name="sheet",
            custom_attrs={"aria-label": "Labels"},
        ),
    )


def _choose() -> rx.Component:
    return rx.form(
        text_field(
            "Assets",
            "assets",
            hint="One on each line, such as RTR-12. Without any there is one label for all.",
            max_length=12_000,
        ),
        rx.box(
            rx.button("Make labels", type="submit", size="3", variant="soft"),
            PrintButton.create(label="Print"),
            class_name="actions",
        ),
        on_submit=SheetState.make,
        reset_on_submit=False,
        class_name="panel",
    )


def _draft() -> rx.Component:
    return rx.callout(
        "This tree is a draft: nobody could walk it. Publish it before printing labels for it.",
        icon="pencil-ruler",
        color_scheme="amber",
        size="2",
    )


def _label(label: rx.Var[Label]) -> rx.Component:
    return rx.el.article(
        rx.el.svg(
            rx.el.path(d=label.path, fill="#000"),
            view_box=f"0 0 {label.size} {label.size}",
            role="img",
            class_name="label-code",
            custom_attrs={"aria-label": f"QR code of {label.link}", "shapeRendering": "crispEdges"},
        ),
        rx.box(
            rx.el.h2(SheetState.tree.title, class_name="label-title"),
            rx.cond(label.asset != "", rx.el.p(label.asset, class_name="label-asset")),
            rx.cond(
                SheetState.tree.description != "",
                rx.el.p(SheetState.tree.description, class_name="label-about"),
            ),
            rx.el.p("Something wrong? Scan this and follow the questions.", class_name="label-about"),
            rx.el.p(label.link, class_name="label-link"),
            class_name="label-words",
        ),
        class_name="label",
        key=label.link,
    )
