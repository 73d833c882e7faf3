"""From boxes and arrows to nodes and options: what a chart leaves open is guessed, and each guess is reported."""

from collections.abc import Callable
from typing import TypeVar

from troubleshoot_app.domain.errors import Fault, UnreadableTree, fit, quoted
from troubleshoot_app.domain.formats.chart import Arrow, Box, Chart
from troubleshoot_app.domain.formats.imported import ImportedTree
from troubleshoot_app.domain.formats.report import NOWHERE, Code, Place, Report
from troubleshoot_app.domain.formats.tree_file import tree_file_from
from troubleshoot_app.domain.formats.tree_report import Places, look_over
from troubleshoot_app.domain.formats.tree_shape import (
    DESCRIPTION_LIMIT,
    TITLE_LIMIT,
    TreeFile,
    read_range,
    read_reading,
)
from troubleshoot_app.domain.formats.words import as_label, asks, calls_for_help, is_no, is_yes, plain
from troubleshoot_app.domain.readings import Range, Reading
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.domain.tree_rules import form_problems

NEXT = "Next"
Measured = TypeVar("Measured", Reading, Range)


def tree_of_chart(chart: Chart, fallback_title: str = "") -> ImportedTree:
    """Return the tree that a chart shows, and all there is to report about it.

    Raises:
        UnreadableTree: there is no box in it, or it is past what a tree may have.
    """
    if not chart.boxes and chart.start is None:
        raise UnreadableTree([Fault((), "There is no box in this chart.", *chart.place)])
    mapping = _Mapping(chart)
    tree = Tree(mapping.start(), mapping.nodes())
    _check_form(tree, mapping.places)
    about = _about(chart, fallback_title or _title_of(tree))
    look_over(tree, mapping.places, chart.report)
    file = TreeFile(
        title=about.title,
        description=about.description,
        category=about.category,
        tags=about.tags,
        slug=about.slug,
        tree=tree,
    )
    return ImportedTree(file, chart.report.lines())


def guessed_kind(box: Box, labels: list[str | None]) -> NodeKind:
    """Return the kind of a box with arrows of these labels leading out of it."""
    question = box.asks or asks(box.words)
    if len(labels) > 1:
        return NodeKind.QUESTION
    if len(labels) == 1:
        answer = labels[0] or ""
        return NodeKind.QUESTION if question or is_yes(answer) or is_no(answer) else NodeKind.ACTION
    if question:
        return NodeKind.QUESTION
    return NodeKind.ESCALATION if calls_for_help(box.words) else NodeKind.RESOLUTION


class _Mapping:
    """Gives each box its id as a node and each arrow its place as an option."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._report = chart.report
        self._leaving: dict[str, list[Arrow]] = {box_id: [] for box_id in chart.boxes}
        for arrow in chart.arrows:
            self._leaving[arrow.source].append(arrow)
        self._ids = _node_ids(chart)
        nodes = {self._ids[box.id]: box.place for box in chart.boxes.values() if not box.stands_for_nothing}
        self._options: dict[tuple[str, int], Place] = {}
        self.places = Places(nodes, self._options)

    def start(self) -> str:
        """Return the id of the node to start with."""
        chart = self._chart
        if chart.start is not None:
            return self._ids.get(chart.start, chart.start)
        targets = {arrow.target for arrow in chart.arrows if arrow.target != arrow.source}
        roots = [box for box in chart.boxes.values() if box.id not in targets and not box.stands_for_nothing]
        first = roots[0] if roots else next(iter(chart.boxes.values()))
        if not roots:
            message = f"Each box has an arrow to it, so none is the start; {quoted(first.words)}, the first, was taken."
            self._report.warning(Code.NO_ROOT, first.place, message)
        for other in roots[1:]:
            message = (
                f"No arrow leads to {quoted(other.words)} either; the tree starts with {quoted(first.words)}, "
                "which comes first."
            )
            self._report.warning(Code.SEVERAL_ROOTS, other.place, message)
        return self._ids[first.id]

    def nodes(self) -> dict[str, Node]:
        """Return the nodes by id, in the order of the boxes."""
        boxes = [box for box in self._chart.boxes.values() if not box.stands_for_nothing]
        return {self._ids[box.id]: self._node(box) for box in boxes}

    def _node(self, box: Box) -> Node:
        arrows = self._leaving[box.id]
        kind = box.kind
        if kind is None:
            kind = guessed_kind(box, [arrow.label for arrow in arrows])
            if kind is NodeKind.ESCALATION:
                message = f"{quoted(box.words)} reads as a call for help, so it became an escalation."
                self._report.info(Code.ESCALATION_GUESSED, box.place, message)
        node_id = self._ids[box.id]
        options: list[Option] = []
        seen = set[str]()
        given = self._given_options(box, arrows)
        for number, (arrow, said) in enumerate(zip(arrows, given, strict=True)):
            self._options[node_id, number] = arrow.place
            label = said.get("label", arrow.label)
            if not isinstance(label, str):
                label = self._guessed_label(arrow, alone=len(arrows) == 1)
            option_id = said.get("id", arrow.id)
            if not isinstance(option_id, str) or not _fits_as_id(option_id) or option_id in seen:
                option_id = _unused(f"o{number + 1}", seen)
            seen.add(option_id)
            other = said.get("tree", arrow.tree)
            options.append(
                Option(
                    option_id,
                    label,
                    self._ids.get(arrow.target, arrow.target),
                    other if isinstance(other, str) else "",
                    said.get("return", arrow.returns) is True,
                    self._measured(read_range, said.get("when", arrow.when), arrow.place),
                )
            )
        self._report_doubles(arrows)
        reading = self._measured(read_reading, box.reading, box.place)
        return Node(node_id, kind, box.words, box.help, tuple(options), reading, box.acknowledge)

    def _measured(self, read: Callable[[object], Measured], said: object, place: Place) -> Measured | None:
        """Return a reading or a range that a file says; what is none is left out and reported."""
        if said is None:
            return None
        try:
            return read(said)
        except UnreadableTree as error:
            self._report.warning(Code.FIELD_LEFT_OUT, place, f"{error} It was left out.")
            return None

    def _given_options(self, box: Box, arrows: list[Arrow]) -> list[dict[str, object]]:
        if box.options is not None:
            if len(box.options) == len(arrows):
                return box.options
            message = f"The arrows of {quoted(box.words)} were changed by hand; their options got new ids."
            self._report.info(Code.CHANGED_BY_HAND, box.place, message)
            trees = ", ".join(quoted(str(one["tree"])) for one in box.options if one.get("tree"))
            if trees:
                message = (
                    f"Which arrows of {quoted(box.words)} lead to other trees is lost; noted were {trees}."
                )
                self._report.warning(Code.JUMP_LEFT_OUT, box.place, message)
        return [{}] * len(arrows)

    def _guessed_label(self, arrow: Arrow, *, alone: bool) -> str:
        target = self._chart.boxes.get(arrow.target)
        words = as_label(target.words) if target else ""
        if alone or not words:
            message = f'The arrow to {quoted(words or arrow.target)} has no label; it became "{NEXT}".'
            self._report.info(Code.UNLABELLED_ARROW, arrow.place, message)
            return NEXT
        message = f"The arrow to {quoted(words)} has no label; it got the words of the box that it leads to."
        self._report.warning(Code.UNLABELLED_ARROW, arrow.place, message)
        return words

    def _report_doubles(self, arrows: list[Arrow]) -> None:
        seen = set[tuple[str, str | None]]()
        for arrow in arrows:
            if (arrow.target, arrow.label) in seen:
                message = (
                    f"A second arrow like this leads from {quoted(arrow.source)} to {quoted(arrow.target)}."
                )
                self._report.warning(Code.SAME_ARROW_TWICE, arrow.place, message)
            seen.add((arrow.target, arrow.label))


def _node_ids(chart: Chart) -> dict[str, str]:
    """Return the node id for each box id; ids that cannot serve are made anew and reported."""
    ids: dict[str, str] = {}
    taken = set[str]()
    unfit: list[Box] = []
    for box in chart.boxes.values():
        wanted = box.id if box.keep_as is None else box.keep_as
        if box.stands_for_nothing:
            ids[box.id] = wanted
        elif wanted not in taken and _fits_as_id(wanted):
            ids[box.id] = wanted
            taken.add(wanted)
        else:
            unfit.append(box)
    for number, box in enumerate(unfit, 1):
        ids[box.id] = made = _unused(f"n{number}", taken)
        taken.add(made)
        message = f"{quoted(box.keep_as or box.id)} cannot be the id of a node; it became {quoted(made)}."
        chart.report.info(Code.ID_MADE, box.place, message)
    return ids


def _fits_as_id(node_id: str) -> bool:
    return not form_problems(Tree("", {node_id: Node(node_id, NodeKind.RESOLUTION, "")}))


def _unused(wanted: str, taken: set[str]) -> str:
    """Return an id that is not taken: the one wanted, or that with a number behind it."""
    found, number = wanted, 1
    while found in taken:
        number += 1
        found = f"{wanted}-{number}"
    return found


def _check_form(tree: Tree, places: Places) -> None:
    found = form_problems(tree)
    if found:
        raise UnreadableTree(
            [
                Fault(
                    () if one.node_id is None else ("nodes", fit(one.node_id)),
                    one.message,
                    *places.of(one.node_id or ""),
                )
                for one in found
            ]
        )


def _title_of(tree: Tree) -> str:
    start = tree.nodes.get(tree.start)
    return plain(start.text) if start else ""


def _about(chart: Chart, fallback_title: str) -> TreeFile:
    """Return what is said about the tree, with limits kept, as a file without nodes."""
    about = {key: value for key, value in chart.about.items() if value}
    if not about.get("title"):
        about["title"] = title = fallback_title[:TITLE_LIMIT].strip() or "Imported chart"
        chart.report.info(
            Code.TITLE_GUESSED, chart.place, f"The chart has no title; it became {quoted(title)}."
        )
    for key, limit in (("title", TITLE_LIMIT), ("description", DESCRIPTION_LIMIT)):
        words = about.get(key)
        if isinstance(words, str) and len(words) > limit:
            about[key] = words[: limit - 1] + "…"
            message = f"The {key} has {len(words):,} characters; it was cut to {limit:,}."
            chart.report.warning(Code.TITLE_CUT, chart.place, message)
    return _read_about(about, chart.report)


def _read_about(about: dict[str, object], report: Report) -> TreeFile:
    try:
        return tree_file_from({"nodes": {}, **about})
    except UnreadableTree as error:
        for fault in error.faults:
            report.warning(Code.FIELD_LEFT_OUT, NOWHERE, f"{fault} It was left out.")
    kept: dict[str, object] = {"title": "Imported chart"}
    for key, value in about.items():
        try:
            tree_file_from({"nodes": {}, **kept, key: value})
        except UnreadableTree:
            continue
        kept[key] = value
    return tree_file_from({"nodes": {}, **kept})
