"""Files that people have become drafts on a page, each with its report."""

from playwright.sync_api import expect

from tests.browser.conftest import Browsers
from tests.browser.screen import press
from tests.domain.formats.charts import MATERIAL
from tests.support.axe import findings
from tests.support.people import Team
from troubleshoot_app.server.paths import ROOT

REAL_FILES = [
    *(ROOT / "troubleshoot_app" / "demo" / "trees").glob("*.yaml"),
    *MATERIAL.glob("*.mmd"),
    *MATERIAL.glob("unknown-*.md"),
]

DROPPED = """() => {
  const carried = new DataTransfer();
  carried.items.add(new File(["flowchart TD\\n  A{Lit?} -->|Yes| B[Good]\\n  A -->|No| C[Bad]"], "lamp.mmd"));
  return carried;
}"""


def test_every_file_becomes_a_draft_with_its_report(page_of: Browsers, team: Team) -> None:
    page = page_of(team.engineer, "/trees", device="desk")
    page.get_by_role("link", name="Import").click()
    assert len(REAL_FILES) == 9
    for path in REAL_FILES:
        page.locator("input[type=file]").set_input_files(path)
        expect(page.get_by_role("heading", name=f"{path.name}: ")).to_contain_text("made")
        expect(page.get_by_role("link", name="Edit ").first).to_be_visible()
    page.get_by_label("Or paste text").fill(
        "# Two charts\n\n```mermaid\nflowchart TD\n  A{Lit?} --> B[Good]\n  A -->|No| C[Bad]\n```\n\n"
        "```mermaid\nflowchart LR\n  X{On?} -->|Yes| Y[Fine]\n  X -->|No| Z[Switch it on]\n```\n"
    )
    press(page, "Import the text")
    expect(page.get_by_role("heading", name="The text: 2 drafts made")).to_be_focused()
    first = page.get_by_role("region", name="What came of it").get_by_role("region").first
    expect(first).to_contain_text("Line 5, column")
    expect(first.locator("mark").first).to_be_visible()
    assert findings(page) == []
    first.get_by_role("link", name="Edit ").click()
    expect(page.get_by_role("textbox", name="Text", exact=True)).to_have_value("Lit?")


def test_a_refused_file_says_where_and_shows_the_line(page_of: Browsers, team: Team) -> None:
    page = page_of(team.engineer, "/trees/new")
    page.get_by_role("link", name="Import it").click()
    page.get_by_label("Format").select_option("json")
    page.get_by_label("Or paste text").fill('{"title": "x",\n "nodes": {"a" "b"}}')
    press(page, "Import the text")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("Line 2, column 16")
    expect(alert).to_contain_text('"nodes": {"a" "b"}}')
    assert findings(page) == []
    page.locator("input[type=file]").set_input_files(
        {"name": "large.mmd", "mimeType": "text/plain", "buffer": b"x" * (3 * 1024 * 1024)}
    )
    expect(alert).to_contain_text("A file of more than 2 MiB is not read.")

    page.get_by_label("Format").select_option("")
    page.locator(".drop").dispatch_event("drop", {"dataTransfer": page.evaluate_handle(DROPPED)})
    expect(page.get_by_role("heading", name="lamp.mmd: 1 draft made")).to_be_visible()
