"""The pages of insight: all escalations, one tree, and the sessions behind a figure."""

from typing import Any

import reflex as rx

from troubleshoot_app.core.errors import Forbidden, Invalid, NotFound
from troubleshoot_app.domain.insight import Figure, Place
from troubleshoot_app.schemas.analytics import TreeFigures
from troubleshoot_app.schemas.insight import Bar, FlowBand, FlowBox, NodeRow, Preset, Tile, VersionRow
from troubleshoot_app.schemas.sessions import SessionSummary
from troubleshoot_app.services import analytics, insight_sessions, tree_analytics, trees
from troubleshoot_app.states import insight_charts, insight_rows
from troubleshoot_app.states.base import SignedInState
from troubleshoot_app.states.guard import Policy, handler
from troubleshoot_app.states.insight_links import Range

MOST_DIGITS = 9


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


class InsightsState(SignedInState):
    """Escalations within a range of days."""

    since: str = ""
    until: str = ""
    presets: list[Preset] = []
    tiles: list[Tile] = []
    days: list[Bar] = []
    trees: list[Bar] = []
    nodes: list[Bar] = []
    people: list[Bar] = []
    total: int = 0
    csv: str = ""
    trouble: str = ""
    refused: str = ""
    loaded: bool = False

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the escalations of the range that the address names."""
        asked = Range.asked(dict(self.router.url.query_parameters))
        self.reset()
        self.since, self.until = asked.since, asked.until
        self.presets = asked.presets("/insights")
        self.csv = asked.href("/api/v1/web/insights/escalations.csv")
        try:
            figures = await self._run(analytics.escalation_figures, since=asked.since, until=asked.until)
        except Forbidden as error:
            self.refused = error.detail
            return
        except Invalid as error:
            self.trouble = error.detail
            return
        self.total = figures.total
        self.tiles = insight_rows.escalation_tiles(figures, asked)
        first, last = insight_rows.first_and_last((asked.since, asked.until))
        self.days = insight_rows.day_bars(figures, first, last)
        self.trees = insight_rows.tree_bars(figures, asked)
        self.nodes = insight_rows.node_bars(figures, asked)
        self.people = insight_rows.person_bars(figures, asked)
        self.loaded = True

    @handler(Policy.SENIOR)
    async def choose(self, form: dict[str, Any]):
        """Go to the range of days that was typed."""
        return rx.redirect(_typed(form).href("/insights"))


class TreeInsightState(SignedInState):
    """What happened at the nodes of one version of a tree."""

    id: str = ""
    title: str = ""
    version: int = 0
    since: str = ""
    until: str = ""
    presets: list[Preset] = []
    tiles: list[Tile] = []
    versions: list[VersionRow] = []
    measure: str = insight_charts.MEASURES[0]
    heat: dict[str, dict[str, str | int]] = {}
    heat_href: str = ""
    nodes: list[NodeRow] = []
    node_count: int = 0
    boxes: list[FlowBox] = []
    bands: list[FlowBand] = []
    flow_height: int = 0
    flow_hidden: int = 0
    started: int = 0
    csv: str = ""
    trouble: str = ""
    refused: str = ""
    missing: bool = False
    loaded: bool = False
    _figures: TreeFigures | None = None

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the tree, version and range that the address names; the version that is walked now if it names none."""
        parameters = dict(self.router.url.query_parameters)
        asked, measure = Range.asked(parameters), self.measure
        self.reset()
        self.measure = measure
        self.since, self.until = asked.since, asked.until
        try:
            summary, _ = await self._run(trees.get_summary, tree_id=self.tree_id)
            version = _number(parameters.get("version", "")) or summary.version
            figures = await self._run(
                tree_analytics.tree_figures,
                tree_id=summary.id,
                since=asked.since,
                until=asked.until,
                version=version,
            )
        except Forbidden as error:
            self.refused = error.detail
        except NotFound:
            self.missing = True
        except Invalid as error:
            self.trouble = error.detail
            self.presets = asked.presets(f"/insights/trees/{self.tree_id}")
        else:
            self.id, self.title, self.version = summary.id, figures.tree.title, version or 0
            self._show(figures, asked)

    @handler(Policy.SENIOR)
    async def choose(self, form: dict[str, Any]):
        """Go to the range of days that was typed."""
        return rx.redirect(_typed(form).href(f"/insights/trees/{self.tree_id}", version=self.version or ""))

    @handler(Policy.SENIOR)
    async def choose_measure(self, measure: str):
        """Choose what the chart shows at its nodes."""
        if measure in insight_charts.MEASURES and self._figures is not None:
            self.measure = measure
            self._show_heat(self._figures, Range(self.since, self.until))

    def _show(self, figures: TreeFigures, asked: Range) -> None:
        path = f"/insights/trees/{self.id}"
        self._figures = figures
        self.presets = asked.presets(path, version=self.version or "")
        self.csv = asked.href(f"/api/v1/web/insights/trees/{self.id}.csv", version=self.version or "")
        self.tiles = insight_rows.tree_tiles(figures, asked)
        self.versions = insight_rows.version_rows(figures, asked)
        self._show_heat(figures, asked)
        self.nodes = insight_rows.node_rows(figures, asked)
        self.node_count = len(figures.nodes)
        drawn = insight_charts.flow_diagram(figures, figures.start)
        self.boxes = insight_charts.flow_boxes(drawn, figures, asked)
        self.bands = insight_charts.flow_bands(drawn, figures)
        self.flow_height, self.flow_hidden = drawn.height, drawn.hidden
        self.started = figures.started
        self.loaded = True

    def _show_heat(self, figures: TreeFigures, asked: Range) -> None:
        self.heat = insight_charts.heat(figures, self.measure)
        self.heat_href = insight_charts.heat_href(figures, self.measure, asked)


class CountedSessionsState(SignedInState):
    """The sessions that a figure counts."""

    words: str = ""
    place: str = ""
    days: str = ""
    counted: str = ""
    total: int = 0
    sessions: list[SessionSummary] = []
    back: str = ""
    trouble: str = ""
    refused: str = ""
    missing: bool = False
    loaded: bool = False

    @handler(Policy.SIGNED_IN)
    async def load(self):
        """Show the sessions of the figure that the address names."""
        parameters = dict(self.router.url.query_parameters)
        asked = Range.asked(parameters)
        self.reset()
        figure = parameters.get("figure", Figure.STARTED)
        version = _number(parameters.get("version", ""))
        tree_id, node, person = (parameters.get(name, "") for name in ("tree_id", "node", "person"))
        place = Place(tree_id=tree_id, version=version, node=node, person=person)
        try:
            found = await self._run(
                insight_sessions.counted_sessions,
                figure=figure,
                place=place,
                since=asked.since,
                until=asked.until,
            )
        except Forbidden as error:
            self.refused = error.detail
        except NotFound:
            self.missing = True
        except Invalid as error:
            self.trouble = error.detail
        else:
            self.words = insight_rows.FIGURE_WORDS[Figure(figure)]
            self.place = insight_rows.place_words(found, version)
            self.days = insight_rows.days_words((asked.since, asked.until))
            self.counted = insight_rows.counted_words(found, Figure(figure))
            self.total, self.sessions = found.total, found.items
            of_tree = found.tree is not None and not Figure(figure).is_of_escalations
            path = f"/insights/trees/{found.tree.id}" if found.tree and of_tree else "/insights"
            self.back = asked.href(path, version=version if of_tree else "")
            self.loaded = True


def _typed(form: dict[str, Any]) -> Range:
    return Range(_day(form, "from"), _day(form, "to"))


def _day(form: dict[str, Any], name: str) -> str:
    value = form.get(name)
    return value if isinstance(value, str) else ""
