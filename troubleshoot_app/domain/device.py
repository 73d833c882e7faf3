"""Devices: what a browser or a program says of itself, in a few words."""

import re

UNKNOWN = "An unknown program"
_LONGEST = 60

# The first that fits: most browsers also name those that they want to be taken for.
_BROWSERS = (
    ("Edge", re.compile(r"\bEdg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"\bOPR/|\bOpera\b")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"\b(?:HeadlessChrome|Chrome|CriOS|Chromium)/")),
    ("Safari", re.compile(r"\bSafari/")),
)
_SYSTEMS = (
    ("iPhone", re.compile(r"\biPhone\b")),
    ("iPad", re.compile(r"\biPad\b")),
    ("Android", re.compile(r"\bAndroid\b")),
    ("ChromeOS", re.compile(r"\bCrOS\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMacintosh\b")),
    ("Linux", re.compile(r"\bLinux\b|\bX11\b")),
)


def device_label(user_agent: str) -> str:
    """Return a name such as ``Firefox on Android``, or that of a program; what it says of itself may be made up."""
    line = " ".join("".join(c if c.isprintable() else " " for c in user_agent).split())
    system = _first(_SYSTEMS, line)
    browser = _first(_BROWSERS, line) if line.startswith("Mozilla/") else ""
    if browser:
        return f"{browser} on {system}" if system else browser
    program = line.partition(" ")[0].replace("/", " ", 1)
    return program[:_LONGEST] or UNKNOWN


def _first(patterns: tuple[tuple[str, re.Pattern[str]], ...], line: str) -> str:
    return next((name for name, pattern in patterns if pattern.search(line)), "")
