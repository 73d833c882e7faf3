"""From an outline to a chart: questions, below them their answers, below those what comes next."""

import re
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from troubleshoot_app.domain.errors import quoted
from troubleshoot_app.domain.formats.chart import Box, Chart
from troubleshoot_app.domain.formats.outline import Item
from troubleshoot_app.domain.formats.outline_marks import BACK, read_marks, read_numbers
from troubleshoot_app.domain.formats.report import Code, Place
from troubleshoot_app.domain.formats.words import asks, is_no, is_yes, made_id, plain

OTHERWISE = "Otherwise"
WHICH = "Which of these?"

_TREE = re.compile(rf"→ tree `(?P<tree>[^`\n]+)`(?P<back>{BACK})?")
_ARROW = re.compile(r"(?P<label>[^:?\n]{1,60}?)\s*(?:→|⇒|-->|->|=>)\s*(?P<rest>\S(?s:.*))")
_COLON = re.compile(r"(?P<label>\*\*[^*:\n]{1,60}:\*\*|[^:?\n]{1,60}:)\s+(?P<rest>\S(?s:.*))")
_DASH = re.compile(r"(?P<label>[^?\n]{1,25}?)\s+[–—-]\s+(?P<rest>\S(?s:.*))")
_YES_NO = re.compile(r"(?P<label>yes|no)[,.;]\s+(?P<rest>\S(?s:.*))", re.IGNORECASE)
_IF = re.compile(
    r"(?P<label>(?:if|when|wenn)\s[^,:→\n]{1,80}?)(?:\s*[,:→]|\s+then\b|\s*->)\s+(?:then\s+)?(?P<rest>\S(?s:.*))",
    re.IGNORECASE,
)
_JUMP = re.compile(
    r"(?:(?:→|->|go to|see|back to|continue (?:at|with))\s*)?\[[^\]\n]*\]\(#(?P<anchor>[^)\s]+)\)\.?",
    re.IGNORECASE,
)
_BOLD = re.compile(r"\*\*(?=\S)(?:[^*\n]|\*(?!\*))+\*\*")


class _Answer(NamedTuple):
    """An answer; ``rest`` is what follows it on its own line, if anything does."""

    label: str
    rest: str | None


def is_tree(roots: list[Item]) -> bool:
    """Tell whether an outline reads as a decision tree: something in it asks, or branches into answers."""
    waiting = list(roots)
    while waiting:
        item = waiting.pop()
        if item.children and (asks(item.text) or any(_answer(child, asked=False) for child in item.children)):
            return True
        waiting += item.children
    return False


def chart_of_outline(roots: list[Item], place: Place) -> Chart:
    """Return the chart that an outline describes."""
    chart = Chart(place)
    builder = _Builder(chart)
    if len(roots) > 1 and all(root.ordered for root in roots):
        builder.chain(roots)
    else:
        for root in roots:
            builder.box(root, root.text)
    builder.run()
    return chart


class _Builder:
    """Works off boxes whose items have children, one by one, so that no depth is too deep."""

    def __init__(self, chart: Chart) -> None:
        self._chart = chart
        self._waiting: list[tuple[Box, Item]] = []
        self._anchors: dict[str, str] = {}
        self._used: Counter[str] = Counter()

    def run(self) -> None:
        """Take all that is below the boxes made so far."""
        while self._waiting:
            self._take_children(*self._waiting.pop())
        for arrow in self._chart.arrows:
            if arrow.target.startswith("#"):
                arrow.target = self._jump(arrow.target[1:], arrow.place)
            if arrow.label and self._chart.boxes[arrow.source].reading is not None:
                arrow.label, arrow.when = read_numbers(arrow.label)
        in_order = sorted(
            self._chart.boxes.values(), key=lambda box: (box.place.line or 0, box.place.column or 0)
        )
        self._chart.boxes = {box.id: box for box in in_order}

    def box(self, item: Item, text: str) -> Box:
        """Return a new box for an item; what stands below that is taken later."""
        marked, more = _split_help(text)
        words, kind, reading, acknowledge, odd = read_marks(marked)
        base = made_id(words)
        box_id = base
        while box_id in self._chart.boxes:
            self._used[base] += 1
            box_id = f"{base}-{self._used[base]}"
        box = self._chart.box(box_id, item.place)
        box.text, box.help, box.kind, box.reading, box.acknowledge = words, more, kind, reading, acknowledge
        if odd:
            message = f"What {quoted(words)} says of measuring is not understood; it was kept as text."
            self._chart.report.warning(Code.FIELD_LEFT_OUT, item.place, message)
        if item.anchor:
            self._anchors.setdefault(item.anchor, box_id)
        if item.children:
            self._waiting.append((box, item))
        return box

    def chain(self, items: list[Item]) -> Box:
        """Return the first of boxes that stand for steps, each leading to the next."""
        boxes = [self.box(item, item.text) for item in items]
        for before, after, item in zip(boxes, boxes[1:], items, strict=False):
            label = None
            if item.children:
                label = OTHERWISE
                message = (
                    f'After {quoted(before.words)} comes the next step; the answer "{OTHERWISE}" leads there.'
                )
                self._chart.report.warning(Code.STEP_GUESSED, after.place, message)
            self._chart.arrow(before.id, after.id, label, after.place)
        return boxes[0]

    def _take_children(self, box: Box, item: Item) -> None:
        children = item.children
        self._tell_uneven(children)
        asked = (
            box.reading is not None
            or asks(box.words)
            or any(_is_plain_answer(child.text) for child in children)
        )
        answers = [_answer(child, asked=asked and len(children) > 1) for child in children]
        if not asked and not any(answers):
            if len(children) > 1 and all(child.ordered for child in children):
                first = self.chain(children)
                self._chart.arrow(box.id, first.id, None, first.place)
                return
            asked = len(children) > 1 and all(child.children and not asks(child.text) for child in children)
        for child, answer in zip(children, answers, strict=True):
            if answer is None and asked and child.children and not asks(child.text):
                answer = _Answer(_label(child.text), None)  # noqa: PLW2901
            self._take_child(box, child, answer, asked=asked, alone=len(children) == 1)

    def _tell_uneven(self, items: list[Item]) -> None:
        """Warn of items that stand beside each other though they begin in different columns."""
        for before, item in pairwise(items):
            if item.column != before.column and not (item.ordered and before.ordered):
                message = (
                    f"{quoted(item.text)} is not indented as {quoted(before.text)} is, and was taken to stand beside it. "
                    "Line them up, or indent it as what it belongs below."
                )
                self._chart.report.warning(Code.UNEVEN_INDENT, item.place, message)

    def _take_child(self, box: Box, child: Item, answer: _Answer | None, *, asked: bool, alone: bool) -> None:
        if answer is None:
            label = None
            if asked and alone:
                label = "Yes"
                message = f'It is not said when {quoted(child.text)} follows {quoted(box.words)}; it became the "Yes".'
                self._chart.report.warning(Code.UNLABELLED_ARROW, child.place, message)
            self._lead(box, child, child.text, label)
        elif answer.rest is not None:
            self._lead(box, child, answer.rest, answer.label)
        elif not child.children:
            message = f"The answer {quoted(answer.label)} to {quoted(box.words)} leads nowhere yet."
            self._chart.report.warning(Code.ANSWER_WITHOUT_NEXT, child.place, message)
            self._chart.arrow(box.id, "", answer.label, child.place)
        else:
            self._take_next(box, child, answer.label)

    def _lead(self, box: Box, item: Item, text: str, label: str | None) -> None:
        """Draw an arrow to a box for an item, or, where it says so, to a box that is drawn elsewhere."""
        jump = _JUMP.fullmatch(text)
        if jump is not None and not item.children:
            self._chart.arrow(box.id, f"#{jump['anchor']}", label, item.place)
            return
        target = self.box(item, text)
        self._chart.arrow(box.id, target.id, label, item.place)

    def _take_next(self, box: Box, answer: Item, label: str) -> None:
        """Draw the arrow of an answer to what stands below it."""
        following = answer.children
        self._tell_uneven(following)
        jump = _TREE.fullmatch(following[0].text)
        if jump is not None and not following[0].children:
            self._take_jump(box, jump, following, label)
        elif len(following) == 1:
            only = following[0]
            self._lead(box, only, only.text, label)
        elif all(child.ordered for child in following):
            first = self.chain(following)
            self._chart.arrow(box.id, first.id, label, answer.place)
        else:
            made = self.box(Item("", answer.place), WHICH)
            message = (
                f"{len(following)} lines follow the answer {quoted(label)} to {quoted(box.words)}; "
                f'a question among them was made: "{WHICH}"'
            )
            self._chart.report.warning(Code.QUESTION_MADE, answer.place, message)
            self._chart.arrow(box.id, made.id, label, answer.place)
            for child in following:
                self._take_child(made, child, _answer(child, asked=False), asked=False, alone=False)

    def _take_jump(self, box: Box, jump: re.Match[str], following: list[Item], label: str) -> None:
        """Draw the arrow of an answer to another tree, and to where it comes back."""
        place, back = following[0].place, following[1:]
        if jump["back"] and back:
            self._lead(box, back[0], back[0].text, label)
        else:
            self._chart.arrow(box.id, "", label, place)
        arrow = self._chart.arrows[-1]
        arrow.tree, arrow.returns = jump["tree"], jump["back"] is not None
        for item in back[1 if jump["back"] else 0 :]:
            message = f"{quoted(item.text)} follows an answer that leads to another tree; it was left out."
            self._chart.report.warning(Code.JUMP_LEFT_OUT, item.place, message)

    def _jump(self, anchor: str, place: Place) -> str:
        """Return the id of the box that an anchor stands at; where it is not in this outline, a box is made for it."""
        if anchor not in self._anchors:
            box = self._chart.box(f"#{anchor}", place)
            box.text = f"See {anchor}."
            self._anchors[anchor] = box.id
            message = f"{quoted(anchor)} is no place in this outline; it seems to go on in another tree."
            self._chart.report.warning(Code.LINK_TO_ANOTHER_TREE, place, message)
        return self._anchors[anchor]


def _answer(item: Item, *, asked: bool) -> _Answer | None:
    """Return the answer that an item gives, when it is one; ``asked``: it stands below a question."""
    text = item.text
    if _is_plain_answer(text) or (item.children and _BOLD.fullmatch(text)):
        return _Answer(_label(text), None)
    for pattern in (_IF, _YES_NO, _ARROW):
        match = pattern.fullmatch(text)
        if match is not None:
            return _Answer(_label(match["label"]), match["rest"])
    for pattern in (_COLON, _DASH):
        match = pattern.fullmatch(text)
        if match is not None:
            label = _label(match["label"])
            if asked or is_yes(label) or is_no(label):
                return _Answer(label, match["rest"])
    return None


def _split_help(text: str) -> tuple[str, str]:
    """Return the words of a node and, from the quoted lines (``>``) below them, its help."""
    lines = text.split("\n")
    begin = len(lines)
    while begin > 1 and (lines[begin - 1].startswith(">") or not lines[begin - 1]):
        begin -= 1
    help_lines = [line.removeprefix(">").removeprefix(" ") for line in lines[begin:]]
    return "\n".join(lines[:begin]).strip(), "\n".join(help_lines).strip()


def _is_plain_answer(text: str) -> bool:
    return is_yes(text) or is_no(text)


def _label(words: str) -> str:
    return plain(words).strip().removesuffix(":").strip()
