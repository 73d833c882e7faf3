"""A photo from the phone of a technician to the screen of a senior, whatever the line does; and the note of the case."""

import base64

from playwright.sync_api import FilePayload, Locator, Page, Route, expect

from tests.browser.conftest import Browsers
from tests.browser.screen import answer, escalate, press, question
from tests.support.files import LOG, png
from tests.support.people import Team, do
from troubleshoot_app.services import sessions

PHOTO_LIMIT = 2 * 1024 * 1024
SIDE = 2560
# What a camera makes: more than the page sends as it is, and turned by what is written beside the picture.
TAKE_PHOTO = """async () => {
  const canvas = document.createElement("canvas");
  canvas.width = 2800;
  canvas.height = 1000;
  const context = canvas.getContext("2d");
  const points = context.createImageData(canvas.width, canvas.height);
  const words = new Uint32Array(points.data.buffer);
  let word = 1;
  for (let i = 0; i < words.length; i += 1) {
    word = (word * 1664525 + 1013904223) >>> 0;
    words[i] = word | 0xff000000;
  }
  context.putImageData(points, 0, 0);
  const file = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.9));
  const reader = new FileReader();
  await new Promise((done) => { reader.onload = done; reader.readAsDataURL(file); });
  return reader.result.split(",")[1];
}"""


def test_a_photo_gets_to_the_step_and_to_the_senior(page_of: Browsers, team: Team) -> None:
    session = do(team.viewer, sessions.start_session, tree_id=team.tree_id, title="Branch 12")
    phone = page_of(team.viewer, f"/sessions/{session.id}")
    expect(question(phone)).to_be_visible()
    chooser = phone.get_by_label("Add photo or file")

    chooser.set_input_files(file("led.jpg", "image/jpeg", _photo(phone)))
    _is_shown(picture(phone, "led.jpg"))
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    chooser.set_input_files(
        [file("plan.svg", "image/svg+xml", b"<svg/>"), file("router.log", "text/plain", LOG)]
    )
    expect(phone.get_by_role("alert")).to_contain_text("SVG pictures and web pages are not taken.")
    expect(phone.get_by_role("link", name="router.log")).to_be_visible()
    press(phone, "Remove plan.svg")
    expect(phone.get_by_text("plan.svg")).to_have_count(0)
    answer(phone, "Yes", "Is the WAN LED green?")
    path = phone.get_by_role("listitem").filter(has_text="Is the power LED lit?").first
    _is_shown(picture(path, "led.jpg"))
    expect(path.get_by_role("link", name="router.log")).to_be_visible()

    _send_over_a_bad_line(phone)
    (photo, log, late) = do(team.viewer, sessions.get_session, session_id=session.id).attachments
    assert [(kept.name, kept.seq) for kept in (photo, log, late)] == [
        ("led.jpg", 1),
        ("router.log", 1),
        ("wan.png", 2),
    ]
    assert photo.size < PHOTO_LIMIT

    phone.route("**/attachments", lambda route: route.abort())
    phone.get_by_label("Add photo or file").set_input_files(file("late.png", "image/png", png()))
    escalate(phone, "Amber.")
    desk = page_of(team.engineer, f"/sessions/{session.id}", device="desk")
    _is_shown(picture(desk, "wan.png"))
    desk.get_by_role("link", name="Who was told").click()
    stuck = desk.get_by_role("region", name="Where it stands")
    _is_shown(picture(stuck, "wan.png"))
    tried = desk.get_by_role("listitem").filter(has_text="Is the power LED lit?").first
    picture(tried, "led.jpg").click()
    large = desk.get_by_role("dialog", name="led.jpg")
    assert _width(large.get_by_role("img", name="led.jpg")) == SIDE
    desk.keyboard.press("Escape")
    expect(large).to_be_hidden()

    phone.unroute("**/attachments")
    press(phone, "Try again")
    expect(phone.get_by_role("alert")).to_contain_text("This session is escalated")
    press(phone, "Cancel escalation")
    expect(phone.get_by_role("textbox", name="Note")).to_be_visible()
    press(phone, "Try again")
    _is_shown(picture(phone, "late.png"))


def test_the_note_is_copied_or_taken_along_as_a_file(page_of: Browsers, team: Team) -> None:
    session = do(team.viewer, sessions.start_session, tree_id=team.tree_id, title="Branch 12")
    do(team.viewer, sessions.complete_session, session_id=session.id, outcome="resolved", summary="New fuse.")
    page = page_of(team.viewer, f"/sessions/{session.id}")

    press(page, "Export")
    shown = page.get_by_role("dialog", name="Export")
    files = {}
    for name, suffix in (
        ("PDF", "pdf"),
        ("Markdown", "md"),
        ("Text", "txt"),
        ("HTML", "html"),
        ("JSON", "json"),
    ):
        with page.expect_download() as download:
            shown.get_by_role("link", name=name, exact=True).click()
        assert download.value.suggested_filename == f"Branch 12.{suffix}"
        files[suffix] = download.value.path().read_bytes()
    assert files["pdf"].startswith(b"%PDF-")
    assert b"New fuse." in files["txt"]

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    shown.get_by_role("button", name="Copy ticket note").click()
    expect(shown.get_by_text("Copied. Paste it into your ticket.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == files["txt"].decode()

    _refuse_clipboard(page)
    shown.get_by_role("button", name="Copy ticket note").click()
    by_hand = shown.get_by_role("textbox", name="Ticket note")
    expect(by_hand).to_have_value(files["txt"].decode())
    expect(by_hand).to_be_focused()
    assert by_hand.evaluate("field => field.value.slice(field.selectionStart, field.selectionEnd)") == (
        files["txt"].decode()
    )


def _refuse_clipboard(page: Page) -> None:
    devtools = page.context.new_cdp_session(page)
    context = devtools.send("Target.getTargetInfo")["targetInfo"]["browserContextId"]
    refused = {
        "permission": {"name": "clipboard-write"},
        "setting": "denied",
        "browserContextId": context,
    }
    devtools.send("Browser.setPermission", refused)


def file(name: str, media_type: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": media_type, "buffer": content}


def picture(place: Page | Locator, name: str) -> Locator:
    return place.get_by_role("button", name=f"Show {name}")


def _is_shown(thumbnail: Locator) -> None:
    """Its picture has come, for this person, and can be read."""
    expect(thumbnail).to_be_visible()
    assert _width(thumbnail.locator("img")) > 0


def _width(image: Locator) -> int:
    return int(image.evaluate("image => image.decode().then(() => image.naturalWidth)"))


def _photo(page: Page) -> bytes:
    photo = base64.b64decode(page.evaluate(TAKE_PHOTO))
    assert len(photo) > PHOTO_LIMIT
    return photo


def _send_over_a_bad_line(page: Page) -> None:
    """The line is down at first; then the file gets through and the answer does not. It is kept once all the same."""
    page.context.set_offline(True)
    wan = file("wan.png", "image/png", png(64, 64))
    page.get_by_label("Add photo or file").set_input_files(wan)
    expect(page.get_by_text("No connection. It goes on by itself")).to_be_visible()
    lost = []

    def lose_answer(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/attachments", lose_answer, times=1)
    page.context.set_offline(False)
    _is_shown(picture(page, "wan.png"))
    assert lost == [201]
