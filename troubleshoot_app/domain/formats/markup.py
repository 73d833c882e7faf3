"""HTML in the labels of charts, as Markdown; text without it comes back as it is."""

import re
from dataclasses import dataclass, field
from html.entities import html5

from troubleshoot_app.domain.errors import UNSTORABLE

_TAG = r"<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9]*)(?P<rest>(?:[\s/][^<>]*)?)>"
_HTML = re.compile(_TAG + r"|&(?P<entity>#?\w{1,40});")
_MERMAID = re.compile(_TAG + r"|(?:&|(?=#))(?P<entity>#?\w{1,40});|(?P<newline>\\n)")
_HREF = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_SAFE_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\s<>]+", re.IGNORECASE)

_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*", "code": "`", "tt": "`"}
_BREAKS = frozenset(
    [
        "br",
        "p",
        "div",
        "ul",
        "ol",
        "tr",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "pre",
        "blockquote",
    ]
)
_DROPPED = frozenset(
    [
        "a",
        "abbr",
        "center",
        "font",
        "img",
        "small",
        "span",
        "sub",
        "sup",
        "u",
        "s",
        "del",
        "ins",
        "mark",
        "tbody",
        "thead",
        "td",
        "th",
        "label",
        "button",
        "input",
        "iframe",
        "script",
        "style",
        "svg",
        "video",
        "audio",
        "object",
        "embed",
        "section",
        "article",
        "header",
        "footer",
    ]
)


def is_link(address: str) -> bool:
    """Tell whether an address may stand in a link."""
    return _SAFE_LINK.fullmatch(address) is not None


def link(words: str, address: str) -> str:
    """Return a Markdown link."""
    target = f"<{address}>" if re.search(r"[()\s]", address) else address
    return f"[{words.replace('[', '(').replace(']', ')')}]({target})"


def from_html(text: str) -> tuple[str, list[str]]:
    """Return HTML as Markdown, blanks run together as a browser does, and the names of the tags that were dropped."""
    builder = _Builder()
    words = builder.read(re.sub(r"\s+", " ", text), _HTML).replace("\N{NO-BREAK SPACE}", " ")
    return tidy(words), builder.dropped


def from_mermaid(text: str) -> tuple[str, list[str]]:
    """Return a label of Mermaid as Markdown, with what its entities (``#quot;``) mean, and the tags that were dropped."""
    if not any(mark in text for mark in "<&#\\"):
        return text, []
    builder = _Builder()
    return builder.read(text, _MERMAID), builder.dropped


def tidy(text: str) -> str:
    """Return text without blanks around its lines, and with at most one empty line in a row."""
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def character(entity: str) -> str | None:
    """Return what an entity stands for, by name or number (``#9829``, ``#x2665``); None when it is none."""
    if not entity.startswith("#"):
        return html5.get(entity + ";")
    digits = entity[1:]
    if digits.isdecimal():
        number = int(digits[:10])
    elif re.fullmatch(r"[xX][0-9a-fA-F]{1,8}", digits):
        number = int(digits[1:], 16)
    else:
        return html5.get(digits + ";")
    if number > 0x10FFFF or UNSTORABLE.match(chr(number)):
        return None
    return chr(number)


@dataclass(slots=True)
class _Builder:
    """Puts Markdown together; a mark is closed where its tag is, and a tag inside itself counts once."""

    dropped: list[str] = field(default_factory=list)
    _words: list[str] = field(default_factory=list)
    _open: list[tuple[str, int, str]] = field(default_factory=list)

    def read(self, text: str, pattern: re.Pattern[str]) -> str:
        position = 0
        for match in pattern.finditer(text):
            self._words.append(text[position : match.start()])
            position = match.end()
            if match["tag"]:
                self._take_tag(match)
            elif match["entity"]:
                self._words.append(character(match["entity"]) or match[0])
            else:
                self._words.append("\n")
        self._words.append(text[position:])
        return "".join(self._words)

    def _take_tag(self, match: re.Match[str]) -> None:
        tag, closes = match["tag"].lower(), bool(match["end"])
        if tag in _MARKS or (tag == "a" and (closes or _link_in(match["rest"]))):
            self._close(tag) if closes else self._start(tag, match["rest"])
        elif tag == "li":
            self._words.append("\n" if closes else "\n- ")
        elif tag in _BREAKS:
            self._words.append("\n")
        elif tag in _DROPPED:
            if tag not in self.dropped:
                self.dropped.append(tag)
        else:
            self._words.append(match[0])

    def _start(self, tag: str, rest: str) -> None:
        if all(tag != other for other, _, _ in self._open):
            self._open.append((tag, len(self._words), _link_in(rest)))

    def _close(self, tag: str) -> None:
        if not any(tag == other for other, _, _ in self._open):
            return
        while self._open:
            opened, begin, address = self._open.pop()
            inner = "".join(self._words[begin:])
            words = inner.strip()
            if words:
                mark = _MARKS.get(opened, "")
                marked = link(words, address) if address else f"{mark}{words}{mark}"
                inner = inner.replace(words, marked, 1)
            self._words[begin:] = [inner]
            if opened == tag:
                return


def _link_in(attributes: str) -> str:
    match = _HREF.search(attributes)
    address = next((one for one in match.groups() if one), "") if match else ""
    return address if is_link(address) else ""
