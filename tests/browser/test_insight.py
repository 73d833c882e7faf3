"""A senior looks where walks get stuck: days, a tree with figures on its nodes, its table, the sessions behind a figure."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Browsers
from tests.browser.screen import press
from tests.support.people import Team, do
from troubleshoot_app.core.clock import now
from troubleshoot_app.services import handoffs, sessions


def test_from_the_days_to_a_tree_to_its_nodes_to_their_sessions(page_of: Browsers, team: Team):
    walked = do(team.viewer, sessions.start_session, tree_id=str(team.tree_id), title="Branch 12 is offline")
    do(team.viewer, sessions.choose_option, session_id=walked.id, option_id="yes")
    opened = do(team.viewer, handoffs.open_handoff, session_id=walked.id, intent="escalate")
    do(team.engineer, handoffs.claim, handoff_id=opened.id)
    do(team.engineer, handoffs.resolve, handoff_id=opened.id, resolution="Done.")

    page = page_of(team.engineer, "/", device="desk")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Insights").click()
    today = now().date().isoformat()
    expect(page.get_by_role("list", name="Escalations over time").get_by_role("link")).to_have_count(1)
    expect(page.get_by_role("list", name="Escalations by node")).to_contain_text("Is the WAN LED green?")
    page.get_by_label("From").fill("2020-01-01")
    page.get_by_label("To", exact=True).fill("2020-01-31")
    press(page, "Show")
    expect(page).to_have_url(re.compile("from=2020-01-01&to=2020-01-31"))
    expect(page.get_by_role("heading", name="No escalations in these days")).to_be_visible()
    page.get_by_role("link", name="7 days").click()
    expect(page).to_have_url(re.compile(f"to={today}"))

    with page.expect_download() as downloaded:
        page.get_by_role("link", name="Download as CSV").click()
    assert downloaded.value.suggested_filename == "Escalations.csv"
    assert "by node,,No internet,1,wan," in downloaded.value.path().read_text(encoding="utf-8-sig")

    page.get_by_role("link", name="Chart of No internet").click()
    drawn = page.get_by_role("group", name="Chart of the tree with figures")
    power = drawn.locator('[data-node="power"]')
    expect(power).to_contain_text("1 visit")
    page.get_by_role("radio", name="Escalations").check()
    stuck = drawn.get_by_role("link", name=re.compile("Is the WAN LED green"))
    expect(stuck).to_contain_text("1 escalation")
    expect(power).not_to_contain_text("visit")
    stuck.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Escalated at a node")
    page.go_back()
    flow = page.get_by_role("list", name="Flow from the start to the ends")
    expect(
        flow.get_by_role("link", name=re.compile("WAN LED green.*: 1 visit, 100 % of the start"))
    ).to_be_visible()
    row = page.get_by_role("row", name=re.compile("Is the WAN LED green"))
    expect(row.get_by_role("cell").first).to_have_text("1")
    row.get_by_role("link").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Escalated at a node")
    page.get_by_role("link", name="Branch 12 is offline").click()
    expect(page).to_have_url(re.compile(walked.id))

    refused = page_of(team.viewer, "/insights")
    expect(refused.get_by_role("heading", name="Not for your role")).to_be_visible()
    expect(refused.get_by_text("may not see insights")).to_be_visible()
    refused.goto("/insights?from=yesterday")
    expect(refused.get_by_role("heading", name="Not for your role")).to_be_visible()
