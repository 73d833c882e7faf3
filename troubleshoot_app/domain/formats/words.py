"""What the words of a chart give away: questions, answers, calls for help, ways to other trees."""

import re

LABEL_LENGTH = 60

_YES = frozenset(["yes", "y", "yep", "true", "ok", "okay", "ja", "oui", "si", "sí", "sim", "tak", "да"])
_NO = frozenset(["no", "n", "nope", "false", "nein", "non", "não", "nie", "нет"])
_EDGES = " \t\n.,:;!*_`'\"()[]"

_ASKS_FOR_HELP = re.compile(
    r"""\b(?:
        escalat\w+ | eskal\w+
      | (?:contact|call|phone|ring|e-?mail|notify|page|ask)\s+
        (?:(?:the|your|our|an?|on-?call|l[123]|tier[\s-]?[123])\s+){0,2}
        (?:us|support|help\s?desk|service\s?desk|technical\s+support|customer\s+(?:service|support)|vendor|manufacturer
          |supervisor|manager|expert|specialist|engineer(?:ing)?|administrator|admin|senior|technician|electrician|team)
      | (?:open|raise|create|file|log|submit)\s+(?:an?\s+)?(?:\w+\s+)?(?:ticket|incident|support\s+(?:case|request))
      | (?:reach\s+out|turn|hand\s+over|send)\s+to\s+(?:the\s+|your\s+|our\s+)?(?:\w+\s+)?
        (?:support|help\s?desk|team|vendor|engineer\w*)
      | request\s+help | get\s+(?:additional\s+)?help\s+(?:from|on|in)
      | support\s+(?:anrufen|kontaktieren) | ticket\s+(?:öffnen|eröffnen|erstellen)
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_WAY_TO_ANOTHER = re.compile(
    r"""\b(?:see|use|follow|check(?:\s+out)?|go\s+to|refer\s+to|continue\s+(?:with|in|at)|siehe)\b
        [^.!?\n]{0,60}\b(?:flow\s?charts?|guides?|play\s?books?|run\s?books?|decision\s+trees?|trees?)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_PATH_ONLY = re.compile(r"[\w.-]+(?:/[\w.-]+)+")
_MARKDOWN = re.compile(
    r"\*\*[^*\n]+\*\*|__[^_\n]+__|(?<![\w*])\*[^*\s][^*\n]*\*(?![\w*])|`[^`\n]+`|\[[^\[\]\n]+\]\([^()\n]+\)"
)
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\([^()\n]*\)")
_NOT_IN_ID = re.compile(r"[^\w]+")
_MARKS = re.compile(r"\*\*|__|`|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")


def asks(words: str) -> bool:
    """Tell whether words read as a question."""
    return words.rstrip(" \t\n*_`\"')”’»“").endswith(("?", "？", "؟"))


def is_yes(label: str) -> bool:
    """Tell whether an answer is a plain yes."""
    return label.strip(_EDGES).casefold() in _YES


def is_no(label: str) -> bool:
    """Tell whether an answer is a plain no."""
    return label.strip(_EDGES).casefold() in _NO


def calls_for_help(words: str) -> bool:
    """Tell whether words say to pass the case on to somebody."""
    return _ASKS_FOR_HELP.search(words) is not None


def leads_elsewhere(words: str) -> bool:
    """Tell whether words point to another chart, guide or page of steps."""
    plain = _LINK.sub(r"\1", words)
    return (
        _PATH_ONLY.fullmatch(plain.strip(" \t\n`")) is not None or _WAY_TO_ANOTHER.search(plain) is not None
    )


def holds_markdown(words: str) -> bool:
    """Tell whether words have emphasis, code or links in them."""
    return _MARKDOWN.search(words) is not None


def plain(words: str) -> str:
    """Return words on one line, without the marks of Markdown."""
    return " ".join(_MARKS.sub("", _LINK.sub(r"\1", words)).split())


def as_label(words: str) -> str:
    """Return words of a box short enough for the label of an answer."""
    line = plain(words)
    return line if len(line) <= LABEL_LENGTH else line[: LABEL_LENGTH - 1].rstrip() + "…"


def made_id(words: str) -> str:
    """Return an id made of the words of a node: ``Is it lit?`` is ``is-it-lit``."""
    return _NOT_IN_ID.sub("-", plain(words).casefold()).strip("-")[:40].strip("-") or "n"
