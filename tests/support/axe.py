"""What axe finds on a page; its script comes with the package axe-playwright-python."""

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

SCRIPT = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
# Of these the answer may change with the colours; of all others only with what is on the page.
OF_COLORS = ["color-contrast", "link-in-text-block"]
RUN = """async (only) => {
  const { violations } = await axe.run(document, {
    resultTypes: ["violations"],
    preload: false,
    rules: only ? {} : { "target-size": { enabled: true } },
    ...(only && { runOnly: { type: "rule", values: only } }),
  });
  // A bar that stays at the edge of the screen covers what is scrolled below it.
  const isScrolledBelow = (id, { any }) =>
    id === "target-size" && any.some(({ data }) => data?.messageKey === "partiallyObscured");
  for (const one of violations) one.nodes = one.nodes.filter((node) => !isScrolledBelow(one.id, node));
  return violations.filter(({ nodes }) => nodes.length > 0).map(({ id, help, nodes }) => ({
    id, help, nodes: nodes.map(({ html, failureSummary, any }) => [html, failureSummary, any[0]?.data]),
  }));
}"""
NODES_SHOWN = 3
HTML_SHOWN = 220


def findings(page: Page, only: list[str] | None = None) -> list[str]:
    """Return in sentences what is wrong on the page; ``only`` are the rules to check, by default all."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(SCRIPT)
    return [_sentence(violation) for violation in page.evaluate(RUN, only)]


def _sentence(violation: dict[str, Any]) -> str:
    nodes = violation["nodes"]
    examples = "".join(
        f"\n      {html[:HTML_SHOWN]}\n        {' '.join(summary.split())[:HTML_SHOWN]} {data or ''}"
        for html, summary, data in nodes[:NODES_SHOWN]
    )
    return f"{violation['id']}: {violation['help']} ({len(nodes)} times){examples}"
