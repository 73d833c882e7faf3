"""A label on a machine: printed, scanned by somebody who is not signed in, walked; and what a tree is taken away as."""

import base64
import re

import zxingcpp
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Browsers
from tests.browser.screen import SESSION_PATH, press, question, sign_in
from tests.support.accounts import allow_password
from tests.support.pages import DEMO_PASSWORD, Pages
from tests.support.people import Team, do
from troubleshoot_app.services import sessions

LINK = "/t/no-internet?asset=RTR-12%2C%20rack%203"
PIXELS = """async (picture) => {
  const image = new Image();
  image.src = "data:image/png;base64," + picture;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  const drawing = canvas.getContext("2d");
  drawing.drawImage(image, 0, 0);
  const { data } = drawing.getImageData(0, 0, image.width, image.height);
  let reds = "";
  for (let at = 0; at < data.length; at += 4) reds += String.fromCharCode(data[at]);
  return { width: image.width, height: image.height, reds: btoa(reds) };
}"""


def test_a_scan_leads_through_the_sign_in_to_the_right_walk(
    page_as: Pages, page_of: Browsers, team: Team
) -> None:
    allow_password(team.viewer)
    page = page_as(None, LINK)
    sign_in(page, team.viewer.email, DEMO_PASSWORD)
    expect(question(page)).to_have_text("No internet")
    expect(page.get_by_text("RTR-12, rack 3")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Start session")).to_be_visible()
    assert do(team.viewer, sessions.list_sessions) == []

    press(page, "Start session")
    expect(page).to_have_url(SESSION_PATH)
    (session,) = do(team.viewer, sessions.list_sessions)
    assert (session.asset, session.tree.id) == ("RTR-12, rack 3", str(team.tree_id))
    page.goto(LINK)
    press(page, "Continue session")
    expect(page).to_have_url(re.compile(f"{session.id}$"))
    page.goto("/t/no-internet?asset=another")
    expect(page.get_by_role("button", name="Start session")).to_be_visible()
    page.goto("/t/nowhere")
    expect(page.get_by_role("heading", name="No such tree")).to_be_visible()
    assert len(do(team.viewer, sessions.list_sessions)) == 1


def test_labels_are_read_by_a_camera_in_the_dark_too_and_a_tree_is_taken_away(
    page_of: Browsers, team: Team
) -> None:
    page = page_of(team.admin, f"/trees/{team.tree_id}", device="desk", color="dark")
    press(page, "Export")
    for name, start in (("PDF", b"%PDF-"), ("SVG", b"<?xml"), ("Mermaid", b"---\n"), ("JSON", b"{")):
        with page.expect_download() as downloaded:
            page.get_by_role("link", name=name, exact=True).click()
        assert downloaded.value.suggested_filename.startswith("No internet.")
        assert downloaded.value.path().read_bytes().startswith(start)
    press(page, "Close")

    page.get_by_role("link", name="Labels").click()
    codes = page.get_by_role("img", name="QR code")
    expect(codes).to_have_count(1)
    page.get_by_label("Assets").fill("RTR-12, rack 3\n\n RTR-13 \nRTR-13")
    press(page, "Make labels")
    expect(codes).to_have_count(2)
    links = [_read(code) for code in codes.all()]

    assert [link.partition("/t/")[2] for link in links] == [
        "no-internet?asset=RTR-12%2C%20rack%203",
        "no-internet?asset=RTR-13",
    ]

    page.emulate_media(media="print")
    expect(codes.first).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()


def _read(code: Locator) -> str:
    """Return what a camera reads in the pixels that are on the screen."""
    seen = code.page.evaluate(PIXELS, base64.b64encode(code.screenshot()).decode())
    reds = base64.b64decode(seen["reds"])
    (found,) = zxingcpp.read_barcodes(memoryview(reds).cast("B", (seen["height"], seen["width"])))
    return str(found.text)
