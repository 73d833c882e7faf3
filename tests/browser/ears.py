"""What a screen reader says by itself of what comes onto a page."""

from playwright.sync_api import Page

# It listens to a place that was there before something came into it; an alert is heard also as a whole.
LISTEN = """() => {
  const POLITE = "[aria-live='polite'], [role='status']";
  const ALERT = "[aria-live='assertive'], [role='alert']";
  const known = new WeakSet(document.querySelectorAll(POLITE));
  const isListened = (place) => place && (known.has(place) || place.matches(ALERT));
  window.heard = [];
  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      for (const node of type === "characterData" ? [target] : addedNodes) {
        const part = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
        if (isListened(part?.closest(`${POLITE}, ${ALERT}`))) window.heard.push(node.textContent);
        else for (const alert of part?.querySelectorAll(ALERT) ?? []) window.heard.push(alert.textContent);
      }
    }
    for (const place of document.querySelectorAll(POLITE)) known.add(place);
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def listen(page: Page) -> None:
    """Listen to the page from now on."""
    page.evaluate(LISTEN)


def wait_until_heard(page: Page, words: str) -> None:
    """Wait until these words have been said; TimeoutError when they are not."""
    page.wait_for_function("(words) => window.heard.some((said) => said.includes(words))", arg=words)
