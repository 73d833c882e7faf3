"""Charts made of plain parts: tiles, bars, and how walks flow; each is a list or a table for who cannot see it."""

from collections.abc import Callable, Sequence
from typing import Any

import reflex as rx

from troubleshoot_app.schemas.insight import Bar, FlowBand, FlowBox, Preset, Tile


def range_picker(presets: Any, since: Any, until: Any, on_submit: Any) -> rx.Component:
    """Return the choice of days: some ranges at once, or two dates."""
    return rx.box(
        rx.el.nav(
            rx.foreach(presets, _preset), class_name="presets", custom_attrs={"aria-label": "Range of days"}
        ),
        rx.el.form(
            _day("From", "from", since),
            _day("To", "to", until),
            rx.button("Show", type="submit", size="3", variant="soft"),
            on_submit=on_submit,
            class_name="range",
            key=f"{since} {until}",
        ),
        class_name="range-picker",
    )


def tiles(shown: Any) -> rx.Component:
    """Return figures in large."""
    return rx.el.ul(rx.foreach(shown, _tile), class_name="tiles")


def bar_list(bars: Any, label: str, nothing: str) -> rx.Component:
    """Return figures as bars, one below the other, each a link to what it counts."""
    return rx.cond(
        bars.length() > 0,
        rx.el.ul(rx.foreach(bars, _bar), class_name="bars", custom_attrs={"aria-label": label}),
        rx.text(nothing, size="3", class_name="quiet"),
    )


def column_chart(bars: Any, label: str) -> rx.Component:
    """Return figures side by side, as over time, and the same as a table."""
    return rx.box(
        rx.el.ol(rx.foreach(bars, _column), class_name="columns", custom_attrs={"aria-label": label}),
        rx.box(
            rx.el.span(bars[0].label), rx.el.span(bars[bars.length() - 1].label), class_name="column-ends"
        ),
        rx.el.details(
            rx.el.summary("As a table"),
            rx.el.table(
                rx.el.thead(rx.el.tr(rx.el.th("Days", scope="col"), rx.el.th("Escalations", scope="col"))),
                rx.el.tbody(
                    rx.foreach(
                        bars,
                        lambda bar: rx.el.tr(
                            rx.el.th(bar.label, scope="row"),
                            rx.el.td(rx.link(bar.value, href=bar.href)),
                            key=bar.label,
                        ),
                    )
                ),
                class_name="figures",
            ),
            class_name="panel",
        ),
        class_name="section",
    )


def flow_chart(boxes: Any, bands: Any, height: Any) -> rx.Component:
    """Return how walks flowed from the start to the ends; each box is a link to the walks that came there."""
    return rx.box(
        rx.el.svg(
            rx.foreach(bands, _band),
            view_box=f"0 0 1000 {height}",
            preserve_aspect_ratio="none",
            class_name="flow-bands",
            custom_attrs={"aria-hidden": "true"},
        ),
        rx.el.ul(
            rx.foreach(boxes, _box),
            class_name="flow-boxes",
            custom_attrs={"aria-label": "Flow from the start to the ends"},
        ),
        class_name="flow",
        style={"height": f"{height}px"},
    )


def _preset(preset: rx.Var[Preset]) -> rx.Component:
    return rx.link(
        preset.words,
        href=preset.href,
        underline="none",
        class_name=rx.cond(preset.is_shown, "preset preset-here", "preset"),
        custom_attrs={"aria-current": rx.cond(preset.is_shown, "true", "false")},
    )


def _day(label: str, name: str, value: Any) -> rx.Component:
    return rx.el.label(
        rx.el.span(label, class_name="field-label"),
        rx.el.input(type="date", name=name, default_value=value, required=True, class_name="select"),
        class_name="field",
    )


def _tile(tile: rx.Var[Tile]) -> rx.Component:
    return rx.el.li(
        rx.link(
            rx.el.span(tile.words, class_name="tile-words"),
            rx.el.span(tile.value, class_name="tile-value"),
            rx.el.span(tile.detail, class_name="tile-detail"),
            href=tile.href,
            underline="none",
            class_name="tile",
        ),
        key=tile.words,
    )


def _bar(bar: rx.Var[Bar]) -> rx.Component:
    return rx.el.li(
        rx.cond(bar.is_first, rx.el.span(bar.of, class_name="bar-of", custom_attrs={"aria-hidden": "true"})),
        rx.link(
            rx.el.span(
                rx.el.span(
                    rx.cond(bar.of != "", rx.el.span(bar.of, ": ", class_name="unseen")),
                    bar.label,
                    rx.cond(bar.detail != "", rx.el.span(" ", bar.detail, class_name="bar-detail")),
                ),
                rx.el.span(bar.value, class_name="bar-value"),
                class_name="bar-words",
            ),
            rx.el.span(
                rx.el.span(class_name="bar-fill", style={"width": f"{bar.share}%"}),
                class_name="bar-track",
                custom_attrs={"aria-hidden": "true"},
            ),
            href=bar.href,
            underline="none",
            class_name="bar",
        ),
        rx.cond(
            bar.more != "",
            rx.link(
                "Chart",
                href=bar.more,
                size="3",
                class_name="bar-more",
                custom_attrs={"aria-label": f"Chart of {bar.label}"},
            ),
        ),
        key=bar.href,
    )


def _column(bar: rx.Var[Bar]) -> rx.Component:
    return rx.el.li(
        rx.cond(
            bar.value != "0",
            rx.link(
                rx.el.span(class_name="column-fill", style={"height": f"{bar.share}%"}),
                href=bar.href,
                class_name="column",
                title=f"{bar.label}: {bar.value}",
                custom_attrs={"aria-label": f"{bar.label}: {bar.value}"},
            ),
            rx.el.span(class_name="unseen"),
        ),
        key=bar.label,
    )


def _band(band: rx.Var[FlowBand]) -> rx.Component:
    return rx.el.path(rx.el.title(band.words), d=band.outline, class_name="flow-band")


def _box(box: rx.Var[FlowBox]) -> rx.Component:
    return rx.el.li(
        rx.link(
            rx.el.span(box.total, class_name="flow-total"),
            " ",
            rx.el.span(box.text, class_name="flow-text"),
            href=box.href,
            underline="none",
            class_name=f"flow-box flow-{box.kind}",
            title=box.words,
            custom_attrs={
                "aria-label": f"{box.total} {box.words}"
            },  # begins with what is seen, for who speaks to it
        ),
        style={"left": box.left, "top": box.top, "width": box.width},
        key=box.href,
    )


def figure_table(
    label: str, heads: Sequence[str], rows: Any, row: Callable[[Any], rx.Component]
) -> rx.Component:
    """Return a table of figures; on a phone each row is a card, and the roles say that it is a table nevertheless."""
    columns = [rx.el.th(head, scope="col", role="columnheader") for head in heads]
    return rx.box(
        rx.el.table(
            rx.el.thead(rx.el.tr(*columns, role="row"), role="rowgroup"),
            rx.el.tbody(rx.foreach(rows, row), role="rowgroup"),
            class_name="figures figures-of-many",
            role="table",
            custom_attrs={"aria-label": label},
        ),
        class_name="figures-box",
    )


def figure_cell(head: str, value: Any, href: Any = "") -> rx.Component:
    """Return a figure under the head of its column, as a link to what it counts."""
    return rx.el.td(
        rx.cond(href != "", rx.link(value, href=href), rx.el.span(value)),
        role="cell",
        custom_attrs={"data-label": head},
    )
