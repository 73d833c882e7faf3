"""What axe finds on a page; its script comes with the package axe-playwright-python."""

from importlib.resources import files
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SCRIPTS = [
    files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"),
    Path(__file__).with_name("axe.js").read_text(encoding="utf-8"),
]
DIALOG = '[role="dialog"], [role="alertdialog"], dialog[open]'
NODES_SHOWN = 3
HTML_SHOWN = 220

# In which ways text has stood on the pages so far; each is looked at once.
met: set[str] = set()


def findings(page: Page, inside: str = "") -> list[str]:
    """Return in sentences what is wrong on the page or ``inside`` the first element that matches that.

    How a page is built is looked at once; asked again, what has become visible since, and colours not met before.
    """
    if not page.evaluate("() => 'look' in window"):
        for script in SCRIPTS:
            page.evaluate(script)
    place = "document.querySelector(inside)" if inside else "document"
    found = page.evaluate(f"(inside) => look.built({place})", inside)
    return [_sentence(violation) for violation in found] + _colors(page, place, inside)


def color_findings(page: Page, inside: str = "") -> list[str]:
    """Return in sentences what is wrong with colours alone; ``findings`` has been asked on this page before."""
    return _colors(page, "document.querySelector(inside)" if inside else "document", inside)


def _colors(page: Page, place: str, inside: str) -> list[str]:
    answer = page.evaluate(f"([met, inside]) => look.colors(met, {place})", [list(met), inside])
    if not answer["found"]:
        met.update(answer["met"])
    return [_sentence(violation) for violation in answer["found"]]


def _sentence(violation: dict[str, Any]) -> str:
    nodes = violation["nodes"]
    examples = "".join(
        f"\n      {html[:HTML_SHOWN]}\n        {' '.join(summary.split())[:HTML_SHOWN]} {data or ''}"
        for html, summary, data in nodes[:NODES_SHOWN]
    )
    return f"{violation['id']}: {violation['help']} ({len(nodes)} times){examples}"
