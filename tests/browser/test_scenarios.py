"""An author keeps a walk as a scenario, breaks the draft, is stopped, mends it; real sessions tell what would change."""

from playwright.sync_api import expect

from tests.browser.conftest import Browsers
from tests.browser.screen import dialog, press, toast
from tests.support.people import Team, do
from troubleshoot_app.domain import editing
from troubleshoot_app.domain.handoff import Outcome
from troubleshoot_app.domain.tree import Tree
from troubleshoot_app.services import sessions, tree_editing


def solve(team: Team, *options: str) -> str:
    """Let the viewer walk the tree to its end; return the session."""
    session_id = do(team.viewer, sessions.start_session, tree_id=team.tree_id, title="Cabin 4").id
    for option in options:
        do(team.viewer, sessions.choose_option, session_id=session_id, option_id=option)
    do(team.viewer, sessions.complete_session, session_id=session_id, outcome=Outcome.RESOLVED)
    return session_id


def test_a_scenario_stops_what_breaks_it_and_real_sessions_show_what_changes(
    page_of: Browsers, team: Team
) -> None:
    session_id = solve(team, "yes", "yes")
    page = page_of(team.engineer, f"/trees/{team.tree_id}/edit", device="desk")
    press(page, "Try it")
    trial = dialog(page, "Try it")
    for question in ("Is the power LED lit?", "Is the WAN LED green?"):
        expect(trial.get_by_role("heading", name=question)).to_be_visible()
        trial.get_by_role("button", name="Yes", exact=True).click()
    expect(trial.get_by_role("heading", name="It works.")).to_be_visible()
    trial.get_by_label("Name of the scenario").fill("Lit and green")
    press(page, "Keep this walk as a scenario")
    expect(toast(page, "The scenario is kept.")).to_be_visible()
    panel = page.get_by_role("region", name="Scenarios")
    kept = panel.get_by_role("listitem").filter(has_text="Lit and green")
    expect(kept).to_contain_text("Good")

    page.get_by_role("region", name="Nodes").get_by_role("button", name="Is the WAN LED green?").click()
    heading = page.get_by_role("heading", name="Node wan")
    expect(heading).to_be_visible()
    page.locator("#target-yes").click()
    dialog(page, "Where does this answer lead?").get_by_role("button", name="Ask a senior.").click()
    expect(kept).to_contain_text("Broken")
    expect(kept).to_contain_text('It ends at "Ask a senior" instead of "It works".')
    press(page, "Check against real sessions")
    expect(panel.get_by_role("status")).to_contain_text(
        "Of the last 1 sessions 0 would end where they did, 1 elsewhere, 0 nowhere."
    )
    panel.get_by_text('Ends at "Ask a senior".').click()
    expect(panel.get_by_role("link", name="Cabin 4")).to_have_attribute("href", f"/sessions/{session_id}")

    press(page, "Publish")
    refusal = dialog(page, "It cannot be published yet")
    expect(refusal).to_contain_text('The scenario "Lit and green" is broken.')
    refusal.get_by_role("button", name="Close").click()
    press(page, "Undo")
    expect(kept).to_contain_text("Good")
    press(page, "Publish")
    press(page, "Publish version")
    expect(toast(page, "Version 2 is published")).to_be_visible()


def test_a_real_session_is_kept_as_a_scenario_and_that_is_changed_and_deleted(
    page_of: Browsers, team: Team
) -> None:
    session_id = solve(team, "no", "done", "yes", "no")
    page = page_of(team.engineer, f"/sessions/{session_id}")
    press(page, "Keep as scenario")
    dialog(page, "Keep as scenario").get_by_label("Name of the scenario").fill("Stuck at the line")
    press(page, "Keep scenario")
    expect(toast(page, "“Stuck at the line” is a scenario now.")).to_be_visible()

    def break_it(tree: Tree) -> Tree:
        return editing.remove_option(tree, "wan", "no")

    do(team.engineer, tree_editing.change_draft, tree_id=team.tree_id, gesture=break_it)
    page.goto(f"/trees/{team.tree_id}/edit")
    kept = page.get_by_role("region", name="Scenarios").get_by_role("listitem")
    expect(kept).to_contain_text('At "Is the WAN LED green?" there is no answer "No" any more.')
    press(page, "Show where Stuck at the line breaks")
    expect(page.get_by_role("heading", name="Node wan")).to_be_visible()
    press(page, "Change the scenario Stuck at the line")
    changing = dialog(page, "Change the scenario")
    expect(changing.get_by_role("alert")).to_contain_text('there is no answer "No" any more')
    changing.get_by_role("button", name="Yes", exact=True).click()
    expect(changing.get_by_label("Name of the scenario")).to_have_value("Stuck at the line")
    changing.get_by_text("Any end like it").click()
    press(page, "Keep the changed scenario")
    expect(kept).to_contain_text("Ends at any resolution.")
    press(page, "Delete the scenario Stuck at the line")
    press(page, "Delete scenario")
    expect(kept).to_have_count(0)
