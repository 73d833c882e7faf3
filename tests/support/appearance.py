"""What is the same for whatever is looked at: when a page stands still, its colours, its size."""

from typing import Literal

from playwright.sync_api import Page

SCROLLS_SIDEWAYS = """() => document.documentElement.scrollWidth > document.documentElement.clientWidth"""
SETTLED = """() => {
  const main = document.querySelector("main");
  return main?.querySelector("h1, h2") && !main.querySelector('[aria-label="Loading"]') && document.title;
}"""
PAINT = """(scheme) => {
  const other = scheme === "dark" ? "light" : "dark";
  const paint = () => {
    for (const element of document.querySelectorAll("." + other)) element.classList.replace(other, scheme);
    document.documentElement.style.colorScheme = scheme;
  };
  if (!window.painter) {
    document.head.insertAdjacentHTML("beforeend", "<style>* { transition: none !important }</style>");
  }
  window.painter?.disconnect();
  window.painter = new MutationObserver(paint); // for what comes meanwhile, such as a chart
  window.painter.observe(document.body, { subtree: true, childList: true, attributeFilter: ["class"] });
  paint();
}"""
SMALL = """() => [...document.querySelectorAll(
    ".rt-Button:not(.rt-variant-ghost), .button-link, .select, .writing-field, .rt-TextFieldRoot, .rt-TextAreaRoot")]
  .filter((control) => control.checkVisibility() && control.getBoundingClientRect().height < 44)
  .map((control) => control.outerHTML.slice(0, 160))"""

# What takes longer than a blink to move or to change, or does not end.
MOVING = """() => [...document.querySelectorAll("*")].filter((element) => {
  const { animationName, animationDuration, animationIterationCount, transitionDuration } = getComputedStyle(element);
  const longest = (durations) => Math.max(...durations.split(",").map(parseFloat)); // in seconds
  const moves = animationName !== "none" && (longest(animationDuration) > 0.01 || animationIterationCount === "infinite");
  return moves || longest(transitionDuration) > 0.01;
}).map((element) => element.outerHTML.slice(0, 160))"""


def prefer(page: Page) -> None:
    """Ask for little motion, and for dark colours and then for light ones; the page follows."""
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        page.locator(f"html.{scheme}").wait_for()


def settle(page: Page) -> None:
    """Wait until the page has what it shows."""
    page.wait_for_function(SETTLED)


def unfold(page: Page) -> None:
    """Show what is folded."""
    page.evaluate("() => document.querySelectorAll('details').forEach((details) => { details.open = true; })")


def paint(page: Page, scheme: Literal["light", "dark"]) -> None:
    """Have the page in these colours at once, as it is when they are preferred."""
    page.evaluate(PAINT, scheme)


def sideways(page: Page, where: str) -> list[str]:
    """Return a sentence when the page is wider than the screen."""
    return [f"{where} it scrolls sideways"] if page.evaluate(SCROLLS_SIDEWAYS) else []


def too_low(page: Page) -> list[str]:
    """Return what is to be pressed by a thumb and is lower than one."""
    return [f"lower than a thumb: {control}" for control in page.evaluate(SMALL)]


def moving(page: Page) -> list[str]:
    """Return what moves although little motion is preferred; to be asked before the page is painted."""
    return [f"moves although little motion is preferred: {element}" for element in page.evaluate(MOVING)]
