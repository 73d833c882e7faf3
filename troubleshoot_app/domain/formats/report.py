"""What an import tells about a file: what was guessed, what was left out, what looks wrong, and where."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, NamedTuple, TypeAlias

from troubleshoot_app.domain.errors import UNSTORABLE, Fault

REPORT_LIMIT = 1_000
"""Lines that are told about one chart; past them they are only counted."""

ReportSeverity: TypeAlias = Literal["error", "warning", "info"]


class Place(NamedTuple):
    """Where in a file something stands; both count from 1, None where that is not known."""

    line: int | None = None
    column: int | None = None


NOWHERE = Place()


class Code(StrEnum):
    """What a line of a report is about."""

    # The whole file or chart.
    FORMAT_GUESSED = "format_guessed"
    ENCODING_GUESSED = "encoding_guessed"
    TITLE_GUESSED = "title_guessed"
    TITLE_CUT = "title_cut"
    CHART_LEFT_OUT = "chart_left_out"
    OTHER_DIAGRAM = "other_diagram"
    MORE = "more"

    # What is wrong with the paths.
    SEVERAL_ROOTS = "several_roots"
    NO_ROOT = "no_root"
    UNREACHABLE = "unreachable"
    LOOP = "loop"
    MISSING_ANSWER = "missing_answer"
    NO_ANSWERS = "no_answers"
    UNKNOWN_TARGET = "unknown_target"
    LOOSE_ARROW = "loose_arrow"
    SAME_ARROW_TWICE = "same_arrow_twice"
    EMPTY_TEXT = "empty_text"
    LINK_TO_ANOTHER_TREE = "link_to_another_tree"

    # What was guessed.
    UNLABELLED_ARROW = "unlabelled_arrow"
    ESCALATION_GUESSED = "escalation_guessed"
    KIND_GUESSED = "kind_guessed"
    QUESTION_MADE = "question_made"
    STEP_GUESSED = "step_guessed"
    ANSWER_WITHOUT_NEXT = "answer_without_next"
    ID_MADE = "id_made"
    UNEVEN_INDENT = "uneven_indent"
    UNDIRECTED_LINE = "undirected_line"
    TWO_WAY_ARROW = "two_way_arrow"
    ODD_ARROW = "odd_arrow"
    ARROW_AT_SUBGRAPH = "arrow_at_subgraph"
    LINK_MOVED_TO_HELP = "link_moved_to_help"
    MARKDOWN_IN_LABEL = "markdown_in_label"
    HTML_IN_LABEL = "html_in_label"
    UNQUOTED_BRACKETS = "unquoted_brackets"
    FORMULA_KEPT_AS_TEXT = "formula_kept_as_text"
    CHANGED_BY_HAND = "changed_by_hand"
    TEXT_CHANGED_LATER = "text_changed_later"

    # What has no place in a tree.
    NOT_UNDERSTOOD = "not_understood"
    STYLE_LEFT_OUT = "style_left_out"
    LAYOUT_LEFT_OUT = "layout_left_out"
    SUBGRAPH_LEFT_OUT = "subgraph_left_out"
    GROUP_LEFT_OUT = "group_left_out"
    CLICK_LEFT_OUT = "click_left_out"
    COMMENT_LEFT_OUT = "comment_left_out"
    DIRECTIVE_LEFT_OUT = "directive_left_out"
    HIDDEN_LINE_LEFT_OUT = "hidden_line_left_out"
    ICON_LEFT_OUT = "icon_left_out"
    PROSE_LEFT_OUT = "prose_left_out"
    LIST_LEFT_OUT = "list_left_out"
    COLUMN_LEFT_OUT = "column_left_out"
    ROW_LEFT_OUT = "row_left_out"
    NOTE_LEFT_OUT = "note_left_out"
    ELEMENT_LEFT_OUT = "element_left_out"
    FIELD_LEFT_OUT = "field_left_out"
    JUMP_LEFT_OUT = "jump_left_out"


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One thing to know about an import. ``code`` is one of ``Code``; ``line`` and ``column`` count from 1."""

    severity: ReportSeverity
    code: str
    line: int | None
    column: int | None
    message: str


@dataclass(slots=True)
class Report:
    """Collects lines; of a flood of them it keeps the first ``REPORT_LIMIT`` and counts the rest."""

    _lines: list[ReportLine] = field(default_factory=list)
    _more: int = 0

    def error(self, code: Code, place: Place, message: str) -> None:
        """Tell that something could not be taken over."""
        self._add(ReportLine("error", code.value, *place, message))

    def warning(self, code: Code, place: Place, message: str) -> None:
        """Tell what an author should look at."""
        self._add(ReportLine("warning", code.value, *place, message))

    def info(self, code: Code, place: Place, message: str) -> None:
        """Tell what an author may want to know."""
        self._add(ReportLine("info", code.value, *place, message))

    def faults(self, faults: Iterable[Fault]) -> None:
        """Tell of a chart that cannot be read, and why."""
        for fault in faults:
            self.error(Code.CHART_LEFT_OUT, Place(fault.line, fault.column), fault.message)

    def repeat(self, line: ReportLine) -> None:
        """Tell what another report tells."""
        self._add(line)

    def lines(self) -> tuple[ReportLine, ...]:
        """Return what was told, in the order of the file; what has no place there comes first."""
        lines = sorted(self._lines, key=lambda line: (line.line or 0, line.column or 0))
        if self._more:
            message = f"There is more to tell than is shown: {self._more:,} further lines."
            lines.append(ReportLine("warning", Code.MORE.value, None, None, message))
        return tuple(lines)

    def _add(self, line: ReportLine) -> None:
        if len(self._lines) < REPORT_LIMIT:
            message = " ".join(UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", line.message).split())
            self._lines.append(ReportLine(line.severity, line.code, line.line, line.column, message))
        else:
            self._more += 1
