"""Writing trees: by keyboard alone, two at once, back and forth, published and brought back."""

import re
from uuid import UUID

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Browsers
from tests.browser.ears import listen, wait_until_heard
from tests.browser.keys import press_by_key, reach
from tests.browser.screen import dialog, press, question, toast
from tests.notifications.workers import eventually
from tests.support.people import Team, add_draft, do
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain import editing
from troubleshoot_app.domain.editing import Words
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.services import tree_editing

EDIT_PATH = re.compile(r"/trees/([0-9a-f-]{36})/edit$")
QUESTIONS = ("Is the lamp lit?", "Does the fan turn?", "Is there a beep?", "Is the screen on?")

SAVED_SECONDS = 10

# Each arrow that runs through the words of another one, or through a node, in more than its edge.
RUN_THROUGH = """() => {
  const pointsOf = (path) => Array.from({ length: 200 }, (_, part) =>
    path.getPointAtLength((path.getTotalLength() * part) / 199).matrixTransform(path.getScreenCTM()));
  const isIn = ({ left, right, top, bottom }) => ({ x, y }) =>
    x > left + 2 && x < right - 2 && y > top + 2 && y < bottom - 2;
  const things = [...document.querySelectorAll("[data-arrow], [data-node]")];
  return [...document.querySelectorAll(".react-flow__edge")].flatMap((edge) => {
    const points = pointsOf(edge.querySelector(".react-flow__edge-path"));
    return things
      .filter((thing) => thing.dataset.arrow !== edge.dataset.id && points.some(isIn(thing.getBoundingClientRect())))
      .map((thing) => `${edge.dataset.id} through ${thing.innerText}`);
  });
}"""


def text(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Text", exact=True)


def answers(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Words of the answer")


def test_a_tree_of_ten_nodes_is_written_published_and_walked_by_keyboard_alone(
    page_of: Browsers, team: Team
) -> None:
    page = page_of(team.engineer, "/trees/new", device="desk")
    reach(page, page.get_by_label("Title"))
    page.keyboard.type("Press is dead")
    page.keyboard.press("Enter")
    expect(page).to_have_url(EDIT_PATH)
    reach(page, text(page))
    for number, words in enumerate(QUESTIONS, 1):
        _write_question(page, words)
        _follow_answer(page, "o2")
        _write_end(page, f"Good {number}.", "Resolution", presses=2)
        reach(page, page.get_by_role("button", name=f"{words} → Yes", exact=True))
        page.keyboard.press("Enter")
        expect(text(page)).to_have_value(words)
        _follow_answer(page, "o1")
    _write_end(page, "Ask a senior.", "Escalation", presses=3)
    _insert_an_action(page)
    expect(page.get_by_text("10 nodes")).to_be_visible()
    expect(page.get_by_text("0 errors")).to_be_visible()

    press_by_key(page, "Publish", "Shift+Tab")
    reach(page, dialog(page, "Publish").get_by_label("What has changed?"))
    page.keyboard.type("The first one")
    press_by_key(page, "Publish version")
    expect(toast(page, "Version 1 is published")).to_be_visible()
    _walk(page)


def _write_question(page: Page, words: str) -> None:
    """Write the text of the node that the focus is on, and two answers that lead nowhere yet."""
    page.keyboard.type(words)
    for number, label in enumerate(("No", "Yes")):
        press_by_key(page, "Add answer")
        expect(answers(page).nth(number)).to_be_focused()
        page.keyboard.type(label)


def _follow_answer(page: Page, option: str) -> None:
    """Let an answer lead to a new node, and stand in the text of that."""
    reach(page, page.locator(f"#target-{option}"), "Shift+Tab")
    page.keyboard.press("Enter")
    reach(page, dialog(page, "Where does this answer lead?").get_by_role("button", name="New node"))
    page.keyboard.press("Enter")
    expect(text(page)).to_have_value("")
    expect(text(page)).to_be_focused()


def _write_end(page: Page, words: str, kind: str, *, presses: int) -> None:
    page.keyboard.type(words)
    reach(page, page.get_by_role("radio", name="Question"), "Shift+Tab")
    for name in ("Action", "Resolution", "Escalation")[:presses]:
        page.keyboard.press("ArrowRight")
        expect(page.get_by_role("radio", name=name)).to_be_checked()


def _insert_an_action(page: Page) -> None:
    """Go to the start by the chart, and put an action behind its first answer."""
    chart = page.get_by_role("group", name="Chart of the draft")
    reach(page, chart.locator("[data-node][tabindex='0']"))
    page.keyboard.press("Home")
    start = chart.get_by_role("button", name=QUESTIONS[0])
    expect(start).to_be_focused()
    page.keyboard.press("Enter")
    expect(text(page)).to_have_value(QUESTIONS[0])
    press_by_key(page, "Insert between")
    expect(text(page)).to_be_focused()
    page.keyboard.type("Press the switch.")


def _walk(page: Page) -> None:
    (tree_id,) = EDIT_PATH.findall(page.url)
    page.goto(f"/trees/{tree_id}")
    press_by_key(page, "Start session")
    for words, label in (
        (QUESTIONS[0], "No"),
        ("Press the switch.", "Next"),
        *((words, "No") for words in QUESTIONS[1:]),
    ):
        expect(question(page)).to_have_text(words)
        press_by_key(page, label)
    expect(question(page)).to_have_text("Ask a senior.")


def test_two_people_write_at_once_and_both_texts_survive(page_of: Browsers, team: Team) -> None:
    path = f"/trees/{team.tree_id}/edit"
    mine, theirs = (page_of(person, path, device="desk") for person in (team.engineer, team.admin))
    expect(text(mine)).to_have_value("Is the power LED lit?")
    text(theirs).fill("Is the green LED lit?")
    expect(theirs.get_by_role("button", name="Undo")).to_be_enabled()
    text(mine).fill("Is the LED at the front lit?")
    clash = mine.get_by_role("alertdialog", name="Two people wrote here")
    expect(clash).to_contain_text(f"{team.admin.name} changed the same words")
    expect(clash).to_contain_text("Is the green LED lit?")
    press(mine, "Keep both")
    expect(text(mine)).to_have_value("Is the green LED lit?\n\nIs the LED at the front lit?")

    # Answers of the same node are another matter; what is typed in two fields right after each other is kept in both.
    answers(mine).first.fill("It is lit")
    answers(mine).nth(1).fill("It is dark")

    def others_see() -> list[str]:
        theirs.reload()
        expect(answers(theirs).first).to_be_visible()
        return [field.input_value() for field in answers(theirs).all()]

    eventually(lambda: others_see() == ["It is lit", "It is dark"], SAVED_SECONDS)

    mine.get_by_role("region", name="Nodes").get_by_role("button", name="Plug it in.").click()
    expect(text(mine)).to_have_value("Plug it in.")
    do(
        team.admin,
        tree_editing.change_draft,
        tree_id=team.tree_id,
        gesture=lambda tree: editing.remove_node(tree, "plug"),
    )
    text(mine).fill("Plug it in, firmly.")
    expect(mine.get_by_role("alertdialog")).to_contain_text("deleted this while you typed")
    press(mine, "Bring it back")
    expect(mine.get_by_role("alertdialog")).to_have_count(0)
    expect(text(mine)).to_have_value("Plug it in, firmly.")
    expect(answers(mine)).to_have_value("Done")


def test_gestures_are_undone_and_done_again_by_keys_and_answers_are_put_in_order(
    page_of: Browsers, team: Team
) -> None:
    page = page_of(team.engineer, f"/trees/{team.tree_id}/edit", device="desk")
    expect(text(page)).to_have_value("Is the power LED lit?")
    handle = page.get_by_role("button", name="Move the answer Yes")
    handle.focus()
    page.keyboard.press("ArrowDown")
    expect(answers(page).first).to_have_value("No")
    expect(handle).to_be_focused()
    page.keyboard.press("Control+z")
    expect(answers(page).first).to_have_value("Yes")
    page.keyboard.press("Control+Shift+z")
    expect(answers(page).first).to_have_value("No")
    _drag(page, page.get_by_role("button", name="Move the answer Yes"), answers(page).first)
    expect(answers(page).first).to_have_value("Yes")

    chart = page.get_by_role("group", name="Chart of the draft")
    chart.get_by_role("button", name="Enlarge").click()
    chart.get_by_role("button", name="Close").click()
    expect(chart.get_by_role("button", name="Enlarge")).to_be_visible()

    text(page).fill("Is any LED lit?")
    expect(page.get_by_role("status").filter(has_text="warnings")).to_be_visible()
    press(page, "Delete")
    expect(page.get_by_role("alertdialog")).to_contain_text("Plug it in. → Done")
    press(page, "Delete node")
    expect(page.get_by_role("heading", name="Node plug")).to_be_visible()
    expect(page.get_by_text("4 nodes")).to_be_visible()
    for left in ("5 nodes", "5 nodes"):
        press(page, "Undo")
        expect(page.get_by_text(left)).to_be_visible()
    expect(text(page)).to_have_value("Is the power LED lit?")
    _write_about_the_tree(page, team)


def _write_about_the_tree(page: Page, team: Team) -> None:
    """What the tree says of itself is undone like all else, and it is never without a title."""
    page.get_by_text("About this tree").click()
    title, tags = page.get_by_label("Title"), page.get_by_label("Tags")
    title.fill("No light")
    tags.fill("lan, dsl")
    for field, before in ((tags, "wan"), (title, "No internet")):
        press(page, "Undo")
        expect(field).to_have_value(before)
    press(page, "Redo")
    expect(title).to_have_value("No light")

    def kept() -> str:
        return do(team.admin, tree_editing.get_draft, tree_id=team.tree_id).details.title

    eventually(lambda: kept() == "No light", SAVED_SECONDS)
    listen(page)
    title.fill("")
    wait_until_heard(page, "Not kept while it is empty")
    tags.focus()
    expect(title).to_have_value("No light")
    assert kept() == "No light"


def _drag(page: Page, handle: Locator, to: Locator) -> None:
    begin, end = handle.bounding_box(), to.bounding_box()
    assert begin is not None
    assert end is not None
    x = begin["x"] + begin["width"] / 2
    page.mouse.move(x, begin["y"] + begin["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, end["y"] - 10, steps=4)
    page.mouse.up()


def test_publishing_is_refused_with_every_error_named(page_of: Browsers, team: Team) -> None:
    alone = Tree(
        "a", {"a": Node("a", NodeKind.QUESTION, "What?"), "b": Node("b", NodeKind.RESOLUTION, "So.")}
    )
    tree_id = transact(add_draft, team.engineer, alone)
    page = page_of(team.engineer, f"/trees/{tree_id}/edit")
    problems = page.get_by_role("region", name="Problems")
    expect(problems).to_contain_text("2 errors")
    press(page, "Publish")
    refusal = dialog(page, "It cannot be published yet")
    expect(refusal).to_contain_text("This question has no answers.")
    refusal.get_by_role("button", name="So.").click()
    expect(page.get_by_role("heading", name="Node b")).to_be_focused()
    expect(page.get_by_role("region", name="Node", exact=True)).to_contain_text("Nothing leads to this node.")

    page.goto(f"/trees/{tree_id}")
    page.get_by_role("link", name="So. Nothing leads to this node.").click()
    expect(page.get_by_role("heading", name="Node b")).to_be_visible()


def test_the_words_of_answers_that_lead_to_one_node_stand_together_on_the_chart(
    page_of: Browsers, team: Team
) -> None:
    both = (Option("y", "Yes", "b"), Option("n", "No", "b"))
    tree = Tree(
        "a",
        {"a": Node("a", NodeKind.QUESTION, "Lit?", "", both), "b": Node("b", NodeKind.ESCALATION, "Call.")},
    )
    tree_id = transact(add_draft, team.engineer, tree)
    page = page_of(team.engineer, f"/trees/{tree_id}/edit")
    chart = page.get_by_role("group", name="Chart of the draft")
    expect(chart.get_by_text("Yes / No", exact=True)).to_be_visible()
    expect(chart.get_by_text("No", exact=True)).to_have_count(0)


def test_no_arrow_runs_through_a_node_or_the_words_of_another(page_of: Browsers, team: Team) -> None:
    """One goes round, one leads past two rows."""
    ends = {"d": Node("d", NodeKind.RESOLUTION, "Good."), "e": Node("e", NodeKind.ESCALATION, "Bad.")}
    ways = {"a": ("b", "c"), "b": ("e", "f"), "c": ("d", "a"), "f": ("b", "d")}
    questions = {
        name: Node(name, NodeKind.QUESTION, f"{name}?", options=(
            Option("n", "No, it is dark", no), Option("y", "Yes, it is lit", yes)))
        for name, (no, yes) in ways.items()
    }  # fmt: skip
    tree_id = transact(add_draft, team.engineer, Tree("a", questions | ends))
    page = page_of(team.engineer, f"/trees/{tree_id}", device="desk")
    expect(page.locator("[data-arrow]")).to_have_count(8)
    assert page.evaluate(RUN_THROUGH) == []


def test_versions_are_compared_in_words_and_on_the_chart_and_one_is_restored(
    page_of: Browsers, team: Team
) -> None:
    _publish_another_version(team, team.tree_id)
    page = page_of(team.engineer, f"/trees/{team.tree_id}/versions", device="desk")
    page.get_by_role("combobox", name="From").select_option("1")
    page.get_by_role("combobox", name="To").select_option("2")
    expect(page.get_by_text("Text was: Is the power LED lit?")).to_be_visible()
    chart = page.get_by_role("group", name="Chart of what differs")
    for words, mark in (("Is it on?", "Changed"), ("Ask a senior.", "Removed"), ("It hums.", "Added")):
        expect(chart.get_by_role("button", name=words)).to_contain_text(mark)
    expect(chart.get_by_role("button", name="It works.")).not_to_contain_text(
        re.compile("Added|Removed|Changed")
    )

    press(page, "Restore as draft: version 1")
    press(page, "Restore")
    expect(toast(page, "Version 1 is the draft now.")).to_be_visible()
    page.goto(f"/trees/{team.tree_id}/edit")
    expect(text(page)).to_have_value("Is the power LED lit?")
    expect(page.get_by_text("Version 2 is published")).to_be_visible()


def _publish_another_version(team: Team, tree_id: UUID) -> None:
    """Publish a version in which a node is changed, one is added and one is gone."""

    def change(tree: Tree) -> Tree:
        tree = editing.rewrite(tree, "power", Words.TEXT, "Is the power LED lit?", "Is it on?")
        tree, added = editing.add_child(tree, "power")
        tree = editing.rewrite(tree, added, Words.TEXT, "", "It hums.")
        tree = editing.change_kind(tree, added, NodeKind.RESOLUTION)
        tree = editing.remove_option(tree, "wan", "no")
        return editing.remove_node(tree, "stuck")

    do(team.engineer, tree_editing.change_draft, tree_id=tree_id, gesture=change)
    do(team.engineer, tree_editing.publish_draft, tree_id=tree_id, note="Fewer words")
