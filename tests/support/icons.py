"""Makes the icons of the installed app of ``assets/mark.svg``: ``.venv/bin/python -m tests.support.icons``."""

import re

from playwright.sync_api import Page, sync_playwright

from tests.support.chromium import FLAGS, ensure_chromium
from troubleshoot_app.server.paths import ROOT

MARK = ROOT / "assets" / "mark.svg"
ICONS = ROOT / "assets" / "icons"
# Name, side in pixels, how much of the side the mark takes: a phone that cuts icons to a shape of its own needs a rim.
PLAIN = (("icon-192", 192), ("icon-512", 512))
FULL = (("maskable-192", 192, 0.76), ("maskable-512", 512, 0.76), ("apple-touch-icon", 180, 0.9))


def main() -> None:
    """Write all of them."""
    mark = MARK.read_text(encoding="utf-8")
    ground = re.search(r'<rect[^>]*fill="(#\w+)"', mark)
    assert ground, f"{MARK} has no ground"
    ICONS.mkdir(exist_ok=True)
    path = ensure_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = browser.new_page()
        for name, side in PLAIN:
            _draw(page, name, side, mark, share=1, ground="transparent")
        for name, side, share in FULL:
            _draw(page, name, side, mark, share=share, ground=ground.group(1))
        browser.close()


def _draw(page: Page, name: str, side: int, mark: str, *, share: float, ground: str) -> None:
    page.set_viewport_size({"width": side, "height": side})
    page.set_content(
        f'<body style="margin:0;height:100vh;display:grid;place-items:center;background:{ground}">'
        f'<div style="width:{share:.0%};line-height:0">{mark}</div>'
    )
    page.screenshot(path=ICONS / f"{name}.png", omit_background=True)


if __name__ == "__main__":
    main()
