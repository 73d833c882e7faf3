"""What stands before a Mermaid flowchart, and tells that it is one."""

import re

from troubleshoot_app.domain.formats.mermaid_scanner import Scanner
from troubleshoot_app.domain.formats.source import Source

SEPARATORS = re.compile(r"[\s;]+")
COMMENT = re.compile(r"%%[^\n]*")
HEADER = re.compile(
    r"(?:flowchart(?:-elk)?|graph)(?![\w:-])[ \t]*(?:(?:TB|TD|BT|LR|RL|BR)(?!\w)|[<>^]|v(?=[\s;]))?",
    re.IGNORECASE,
)

_FRONT_MATTER_BEGIN = re.compile(r"---[ \t]*(?=\n)")
_FRONT_MATTER_END = re.compile(r"[ \t]*---[ \t]*(?=\n|\Z)")
_FRONT_MATTER_LINES = 200
_OTHER = re.compile(
    r"(sequenceDiagram|classDiagram|stateDiagram|erDiagram|gantt|pie|journey|gitGraph|mindmap|timeline|quadrantChart|"
    r"requirementDiagram|C4\w+|sankey|xychart|block|packet|kanban|architecture|zenuml|radar|treemap)\b[\w-]*"
)
_MOST_BEFORE = 500


def other_diagram(text: str) -> str | None:
    """Return the name of the diagram that a Mermaid text begins with, when that is no flowchart."""
    match = _OTHER.match(text)
    return match[0] if match else None


def begins_flowchart(text: str) -> bool:
    """Tell whether a text is a Mermaid flowchart, perhaps with front matter and comments before it."""
    scanner = Scanner(Source(text), 0, len(text))
    for _ in range(_MOST_BEFORE):
        scanner.take(SEPARATORS)
        if (
            front_matter(scanner) is None
            and scanner.enclosed("%%{", "}%%") is None
            and not scanner.take(COMMENT)
        ):
            break
    return scanner.take(HEADER) is not None


def front_matter(scanner: Scanner) -> str | None:
    """Return what stands between two lines of ``---`` here."""
    begin = scanner.position
    if scanner.take(_FRONT_MATTER_BEGIN) is None:
        return None
    lines: list[str] = []
    while len(lines) < _FRONT_MATTER_LINES and not scanner.at_end():
        scanner.position += 1
        if scanner.take(_FRONT_MATTER_END) is not None:
            return "\n".join(lines)
        lines.append(scanner.rest_of_line())
    scanner.position = begin
    return None
