"""How a mail looks: one letter, written as plain text and as HTML with the same content.

The HTML keeps to what mail programs understand: inline styles, one small ``<style>`` for dark screens, tables only for
the frame that old Outlook needs, the button and the facts; nothing is loaded from anywhere.
"""

import textwrap
from dataclasses import dataclass
from html import escape
from typing import Literal

WIDTH = 72
Tone = Literal["loud", "plain"]


@dataclass(frozen=True, slots=True)
class Badge:
    """A word beside the heading, such as a priority; a loud one is meant to alarm."""

    word: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody wrote, under a title."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PathEntry:
    """One numbered step: what was asked, what was answered, and what was noted."""

    number: int
    question: str
    answer: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """All that a mail says. Every string is clean, plain text; in ``path`` a string stands for what was left out."""

    subject: str
    heading: str
    lead: str
    link: str
    link_label: str
    why: str
    badge: Badge | None = None
    quotes: tuple[Quote, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    path_title: str = ""
    path: tuple[PathEntry | str, ...] = ()


def as_text(letter: Letter) -> str:
    """Return the letter as plain text; its lines are at most 72 characters long, words longer than that excepted."""
    heading = f"{letter.heading} [{letter.badge.word}]" if letter.badge else letter.heading
    blocks = [heading, _wrapped(letter.lead), f"{letter.link_label}:\n{letter.link}"]
    blocks += [f"{quote.title}\n{_wrapped(quote.text, '  ')}" for quote in letter.quotes]
    if letter.facts:
        column = max(len(name) for name, _ in letter.facts) + 2
        blocks.append("\n".join(_hung(f"{name}:".ljust(column), value) for name, value in letter.facts))
    if letter.path:
        blocks.append("\n".join([letter.path_title, *(_path_line(entry) for entry in letter.path)]))
    return "\n\n".join([*blocks, f"-- \n{_wrapped(letter.why)}"]) + "\n"


def _path_line(entry: PathEntry | str) -> str:
    if isinstance(entry, str):
        return f"      {entry}"
    lines = [_hung(f"{entry.number:>4}. ", entry.question)]
    if entry.answer:
        lines.append(_hung("      → ", entry.answer))
    if entry.note:
        lines.append(_hung("      Note: ", entry.note))
    return "\n".join(lines)


def _wrapped(text: str, indent: str = "") -> str:
    return "\n".join(_hung(indent, line) for line in text.split("\n"))


def _hung(first: str, text: str) -> str:
    """Wrap ``text`` behind ``first``, further lines below the beginning of the text."""
    filled = textwrap.fill(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=" " * len(first),
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filled or first.rstrip()


_FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_WRAP = "overflow-wrap:anywhere;word-break:break-word"
_LABEL = "font-size:13px;line-height:18px;color:#60646c"

_STYLE = """
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (max-width: 480px) {
  .page { padding: 0 !important; background: #ffffff !important; }
  .card { padding: 24px 20px !important; border: 0 !important; border-radius: 0 !important; }
  .button { width: 100% !important; }
  .button a { display: block !important; text-align: center !important; }
}
@media (prefers-color-scheme: dark) {
  .page { background: #111113 !important; }
  .card { background: #18191b !important; border-color: #2e3135 !important; }
  .ink { color: #edeef0 !important; }
  .soft { color: #b0b4ba !important; }
  .quote { background: #212225 !important; border-color: #7b91f0 !important; }
  .line { border-color: #2e3135 !important; }
  .link { color: #9eb1ff !important; }
  .loud { background: #500f1c !important; color: #ff9592 !important; }
  .plain { background: #2e3135 !important; color: #edeef0 !important; }
}
@media (max-width: 480px) and (prefers-color-scheme: dark) {
  .page { background: #18191b !important; }
}
"""
_BADGE = {"loud": "background:#fdd8d8;color:#a01520", "plain": "background:#e8e8ec;color:#1c2024"}

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{subject}</title>
<style>{style}</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f0f0f3;{font}">
<div class="page" style="padding:24px 12px;background:#f0f0f3">
<!--[if mso]><table role="presentation" width="600" align="center"><tr><td><![endif]-->
<div class="card ink" style="max-width:600px;box-sizing:border-box;margin:0 auto;padding:32px;background:#ffffff;\
border:1px solid #e0e1e6;border-radius:12px;color:#1c2024;font-size:16px;line-height:24px;{wrap}">
{content}
</div>
<!--[if mso]></td></tr></table><![endif]-->
</div>
</body>
</html>
"""


def as_html(letter: Letter) -> str:
    """Return the letter as an HTML page of its own, at most 600 pixels wide, all text escaped."""
    content = [_heading(letter), _button(letter), *map(_quote, letter.quotes)]
    if letter.facts:
        content.append(_facts(letter.facts))
    if letter.path:
        content.append(_path(letter))
    content.append(_footer(letter))
    return _PAGE.format(
        subject=escape(letter.subject), style=_STYLE, font=_FONT, wrap=_WRAP, content="\n".join(content)
    )


def _heading(letter: Letter) -> str:
    badge = ""
    if letter.badge:
        badge = (
            f'<p style="margin:0 0 10px"><span class="{letter.badge.tone}" style="display:inline-block;padding:2px 10px;'
            f"border-radius:999px;font-size:13px;line-height:20px;font-weight:600;{_BADGE[letter.badge.tone]}"
            f'">{escape(letter.badge.word)}</span></p>\n'
        )
    return (
        f'{badge}<h1 dir="auto" style="margin:0 0 8px;font-size:24px;line-height:30px;font-weight:700">'
        f"{escape(letter.heading)}</h1>\n"
        f'<p dir="auto" style="margin:0 0 20px">{_lines(letter.lead)}</p>'
    )


def _button(letter: Letter) -> str:
    link = escape(letter.link)
    return (
        '<table role="presentation" class="button" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 24px">'
        '<tr><td style="border-radius:8px;background:#3e63dd">'
        f'<a href="{link}" style="display:inline-block;padding:13px 28px;border-radius:8px;background:#3e63dd;'
        'color:#ffffff;font-size:17px;line-height:22px;font-weight:600;text-decoration:none">'
        f"{escape(letter.link_label)}</a></td></tr></table>"
    )


def _quote(quote: Quote) -> str:
    return (
        f'<h2 class="soft" style="margin:0 0 4px;font-weight:600;{_LABEL}">{escape(quote.title)}</h2>\n'
        '<div class="quote" dir="auto" style="margin:0 0 20px;padding:12px 16px;background:#f4f6fe;'
        f'border-left:4px solid #3e63dd;border-radius:4px">{_lines(quote.text)}</div>'
    )


def _facts(facts: tuple[tuple[str, str], ...]) -> str:
    rows = "\n".join(
        f'<tr><th scope="row" class="soft" style="width:1%;padding:4px 20px 4px 0;text-align:left;vertical-align:top;'
        f'white-space:nowrap;font-weight:400;{_LABEL};line-height:24px">{escape(name)}</th>'
        f'<td dir="auto" style="padding:4px 0;vertical-align:top;{_WRAP}">{escape(value)}</td></tr>'
        for name, value in facts
    )
    return (
        '<table cellpadding="0" cellspacing="0" border="0" '
        f'style="width:100%;margin:0 0 20px;font-size:15px;line-height:24px">\n{rows}\n</table>'
    )


def _path(letter: Letter) -> str:
    entries = "\n".join(_path_entry(entry) for entry in letter.path)
    return (
        f'<h2 class="soft" style="margin:0 0 4px;font-weight:600;{_LABEL}">{escape(letter.path_title)}</h2>\n'
        f'<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" '
        f'style="font-size:15px;line-height:22px">\n{entries}\n</table>'
    )


def _path_entry(entry: PathEntry | str) -> str:
    border = "border-top:1px solid #e0e1e6"
    if isinstance(entry, str):
        return (
            f'<tr><td colspan="2" class="soft line" style="padding:10px 0;text-align:center;{border};{_LABEL}">'
            f"{escape(entry)}</td></tr>"
        )
    said = f'<div dir="auto">{_lines(entry.question)}</div>'
    if entry.answer:
        said += f'<div dir="auto" style="font-weight:600">→ {_lines(entry.answer)}</div>'
    if entry.note:
        said += f'<div dir="auto" class="soft" style="color:#60646c">Note: {_lines(entry.note)}</div>'
    return (
        '<tr><td class="soft line" style="width:1%;padding:10px 12px 10px 0;vertical-align:top;white-space:nowrap;'
        f'word-break:normal;overflow-wrap:normal;{border};{_LABEL};line-height:22px">{entry.number}</td>'
        f'<td class="line" style="padding:10px 0;vertical-align:top;{border};{_WRAP}">{said}</td></tr>'
    )


def _footer(letter: Letter) -> str:
    link = escape(letter.link)
    return (
        f'<p class="soft line" style="margin:28px 0 0;padding-top:16px;border-top:1px solid #e0e1e6;{_LABEL}">'
        f"{escape(letter.why)}<br>\nIf the button does nothing, copy this address: "
        f'<a class="link" href="{link}" style="color:#3a5bc7">{link}</a></p>'
    )


def _lines(text: str) -> str:
    return escape(text).replace("\n", "<br>\n")
