"""Trees over REST: written, published, read in any version, found, imported and exported."""

import io
import re
from typing import Any

import pytest
from pypdf import PdfReader

from tests.api.conftest import As
from tests.support.people import Team
from troubleshoot_app.schemas.tree_files import EXAMPLE


def tree_file(**other: Any) -> dict[str, Any]:
    return EXAMPLE | other


BROKEN = {"power": EXAMPLE["nodes"]["power"]}


def test_a_tree_is_a_draft_until_it_is_published(api_as: As, team: Team):
    made = api_as(team.engineer).post("/trees", tree_file())
    assert made.status_code == 201
    tree = made.json()
    assert (tree["status"], tree["version"], tree["revision"], tree["node_count"]) == ("draft", None, 1, 3)
    assert tree["nodes"]["power"]["options"][0] == {"id": "yes", "label": "Yes", "to": "wan"}
    path = f"/trees/{tree['id']}"
    assert api_as(team.viewer).get(path).status_code == 404
    published = api_as(team.engineer).post(f"{path}/publish", {"revision": 1, "note": "First."}).json()
    assert (published["status"], published["version"], published["revision"]) == ("published", 1, 2)
    assert api_as(team.viewer).get(path).json()["nodes"] == tree["nodes"]


def test_what_is_published_stays_while_the_draft_changes(api_as: As, team: Team):
    engineer, viewer = api_as(team.engineer), api_as(team.viewer)
    tree = engineer.post("/trees", tree_file(publish=True)).json()
    path = f"/trees/{tree['id']}"
    changed = tree | {"title": "Another title", "tags": ["new"]}
    changed["nodes"]["psu"]["text"] = "Another text"
    draft = engineer.put(path, changed).json()
    assert (draft["title"], draft["revision"], draft["nodes"]["psu"]["text"]) == (
        "Another title",
        tree["revision"] + 1,
        "Another text",
    )
    for who in (viewer, engineer):
        seen = who.get(path).json()
        assert (seen["title"], seen["nodes"]["psu"]["text"]) == (
            EXAMPLE["title"],
            "Plug the power supply in.",
        )
    assert engineer.get(f"{path}?version=draft").json()["title"] == "Another title"
    assert viewer.get(f"{path}?version=draft").status_code == 403
    (listed,) = [one for one in viewer.get("/trees").json()["items"] if one["id"] == tree["id"]]
    assert (listed["title"], listed["tags"]) == (EXAMPLE["title"], EXAMPLE["tags"])
    engineer.post(f"{path}/publish", {"revision": draft["revision"], "note": "Second."})
    assert viewer.get(path).json()["version"] == 2
    old = viewer.get(f"{path}?version=1").json()
    assert (old["version"], old["title"], old["nodes"]["psu"]["text"]) == (
        1,
        EXAMPLE["title"],
        "Plug the power supply in.",
    )
    assert viewer.get(f"{path}?version=3").status_code == 404
    versions = engineer.get(f"{path}/versions").json()["items"]
    assert [(one["version"], one["note"], one["by"]["name"]) for one in versions] == [
        (2, "Second.", team.engineer.name),
        (1, "", team.engineer.name),
    ]


def test_a_stale_revision_is_told_the_current_one(api_as: As, team: Team):
    engineer = api_as(team.engineer)
    tree = engineer.post("/trees", tree_file()).json()
    path = f"/trees/{tree['id']}"
    assert engineer.put(path, tree).status_code == 200
    for answer in (engineer.put(path, tree), engineer.post(f"{path}/publish", {"revision": 1})):
        assert (answer.status_code, answer.json()["revision"]) == (409, 2)
    assert engineer.put(path, tree_file()).json()["errors"][0]["loc"] == ["revision"]


def test_what_stops_publishing_is_told_at_once(api_as: As, team: Team):
    engineer = api_as(team.engineer)
    tree = engineer.post("/trees", tree_file(nodes=BROKEN)).json()
    answer = engineer.post(f"/trees/{tree['id']}/publish", {"revision": 1})
    assert answer.status_code == 422
    body = answer.json()
    assert [problem["code"] for problem in body["problems"]] == ["unknown_target", "unknown_target"]
    assert [error["loc"] for error in body["errors"]] == [["nodes", "power"], ["nodes", "power"]]
    told = engineer.post("/trees/validate", tree_file(nodes=BROKEN)).json()
    assert told["problems"] == body["problems"]
    count = len(engineer.get("/trees").json()["items"])
    assert engineer.post("/trees", tree_file(nodes=BROKEN, publish=True)).status_code == 422
    assert len(engineer.get("/trees").json()["items"]) == count


def test_what_is_no_tree_file_is_refused_by_place(api_as: As, team: Team):
    answer = api_as(team.engineer).post("/trees", tree_file(nodes={"a": {"kind": "riddle", "text": 1}}))
    assert answer.status_code == 422
    assert [error["loc"] for error in answer.json()["errors"]] == [
        ["nodes", "a", "kind"],
        ["nodes", "a", "text"],
    ]
    assert api_as(team.engineer).post("/trees", tree_file(surprise=1)).status_code == 422


def test_a_deleted_tree_is_gone_and_its_sessions_go_on(api_as: As, team: Team):
    viewer, admin = api_as(team.viewer), api_as(team.admin)
    session = viewer.post("/sessions", {"tree_id": str(team.tree_id)}).json()
    path = f"/trees/{team.tree_id}"
    assert api_as(team.engineer).delete(path).status_code == 403
    assert admin.delete(path).status_code == 204
    assert viewer.get(path).status_code == admin.get(path).status_code == 404
    assert admin.delete(path).status_code == 404
    assert admin.get("/trees").json()["items"] == []
    assert admin.get("/trees/search?q=internet").json()["items"] == []
    assert admin.get("/trees/categories").json()["items"] == []
    assert viewer.post("/sessions", {"tree_id": str(team.tree_id)}).status_code == 404
    stepped = viewer.post(f"/sessions/{session['id']}/steps", {"option": "yes"})
    assert stepped.json()["current"]["id"] == "wan"


def test_lists_are_filtered_and_come_in_pages(api_as: As, team: Team):
    engineer = api_as(team.engineer)
    ids = [
        engineer.post(
            "/trees", tree_file(title=f"Tree {n}", category=f"C{n % 2}", tags=[f"t{n % 3}"])
        ).json()["id"]
        for n in range(5)
    ]
    first = engineer.get("/trees?limit=2").json()
    second = engineer.get("/trees", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    third = engineer.get("/trees", params={"limit": 2, "cursor": second["next_cursor"]}).json()
    listed = [one["id"] for page in (first, second, third) for one in page["items"]]
    assert listed == [*reversed(ids), str(team.tree_id)]
    assert third["next_cursor"] is None
    assert [one["id"] for one in engineer.get("/trees?category=C1").json()["items"]] == [ids[3], ids[1]]
    assert [one["id"] for one in engineer.get("/trees?tag=t2").json()["items"]] == [ids[2]]
    assert [one["id"] for one in engineer.get("/trees?status=published").json()["items"]] == [
        str(team.tree_id)
    ]
    assert [one["id"] for one in api_as(team.viewer).get("/trees").json()["items"]] == [str(team.tree_id)]
    assert api_as(team.viewer).get("/trees?status=draft").json()["items"] == []
    assert engineer.get("/trees/categories").json()["items"] == [
        {"name": "C0", "tree_count": 3},
        {"name": "C1", "tree_count": 2},
        {"name": "Network", "tree_count": 1},
    ]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "cursor=x", "cursor=", "status=x"])
def test_a_list_that_cannot_be_is_refused(api_as: As, team: Team, query: str):
    answer = api_as(team.viewer).get(f"/trees?{query}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["loc"] == ["query", query.partition("=")[0]]


@pytest.mark.parametrize("format", ["json", "yaml", "mermaid", "csv"])
def test_what_is_exported_comes_back_equal(api_as: As, team: Team, format: str):
    engineer = api_as(team.engineer)
    tree = engineer.post("/trees", tree_file(title="Büro & “Netz”")).json()
    file = engineer.get(f"/trees/{tree['id']}/export?format={format}")
    assert file.headers["content-disposition"].startswith('attachment; filename="B_ro')
    for query in (f"?format={format}", ""):
        made = engineer.post(f"/trees/import{query}", content=file.content)
        assert made.status_code == 201
        (item,) = made.json()["items"]
        assert (item["nodes"], item["start"], item["problems"]) == (tree["nodes"], tree["start"], [])


def test_what_cannot_be_imported_says_where(api_as: As, team: Team):
    answer = api_as(team.engineer).post("/trees/import?format=yaml", content=b"title: x\nnodes: [\n")
    assert answer.status_code == 422
    (line,) = answer.json()["report"]
    assert (line["severity"], line["line"]) == ("error", 3)
    assert api_as(team.engineer).post("/trees/import?format=exe", content=b"x").status_code == 422


def test_the_schema_of_the_file_is_there_for_all(api: Any):
    answer = api.get("/schemas/tree.json")
    assert answer.headers["content-type"] == "application/schema+json"
    assert answer.json()["properties"]["format"]["anyOf"][0] == {"const": "troubleshoot-tree/1"}


def test_each_tree_has_a_slug_of_its_own_for_good(api_as: As, team: Team, strangers: Team):
    engineer = api_as(team.engineer)
    tree = engineer.post("/trees", tree_file(publish=True)).json()
    assert tree["slug"] == "no-internet-at-a-branch-office"
    assert engineer.post("/trees", tree_file()).json()["slug"] == f"{tree['slug']}-2"
    assert engineer.post("/trees", tree_file(slug="Störung, Netz!")).json()["slug"] == "storung-netz"
    assert engineer.post("/trees", tree_file(title="网络")).json()["slug"] == "tree"
    assert api_as(strangers.engineer).post("/trees", tree_file()).json()["slug"] == tree["slug"]
    renamed = engineer.put(f"/trees/{tree['id']}", tree | {"title": "Other", "slug": "other"}).json()
    assert (renamed["title"], renamed["slug"]) == ("Other", tree["slug"])
    api_as(team.admin).delete(f"/trees/{tree['id']}")
    assert engineer.post("/trees", tree_file()).json()["slug"] == f"{tree['slug']}-3"


def test_an_answer_may_lead_to_another_tree_and_back(api_as: As, team: Team):
    engineer, viewer = api_as(team.engineer), api_as(team.viewer)
    there = engineer.post("/trees", tree_file(title="Fuses", publish=True)).json()
    options = [
        {"id": "check", "label": "Check", "to": "wan", "tree": there["slug"], "return": True},
        {"id": "leave", "label": "Leave", "to": "", "tree": there["id"]},
        {"id": "no", "label": "No", "to": "psu"},
    ]
    nodes = EXAMPLE["nodes"] | {"power": EXAMPLE["nodes"]["power"] | {"options": options}}
    file = tree_file(title="House", nodes=nodes)
    house = engineer.post("/trees", file | {"publish": True}).json()
    assert house["nodes"]["power"]["options"] == options
    exported = engineer.get(f"/trees/{house['id']}/export").json()
    assert exported["nodes"]["power"]["options"] == options
    session = viewer.post("/sessions", {"tree_id": house["id"]}).json()
    steps = f"/sessions/{session['id']}/steps"
    session = viewer.post(steps, {"option": "check"}).json()
    assert (session["tree"]["title"], session["current_tree"]["title"]) == ("House", "Fuses")
    session = viewer.post(steps, {"option": "no"}).json()
    assert (session["current"]["id"], session["current_tree"]["title"]) == ("wan", "House")
    assert [step["tree"]["title"] for step in session["steps"]] == ["House", "Fuses"]
    gone = api_as(team.admin).delete(f"/trees/{there['id']}")
    assert (gone.status_code, gone.headers["Warning"]) == (
        204,
        '299 - "Trees that still jump to this one: 1"',
    )
    problems = engineer.post("/trees/validate", file).json()["problems"]
    assert [one["code"] for one in problems] == ["archived_tree", "archived_tree"]


def test_the_chart_is_one_page_of_pdf_as_large_as_it_is(api_as: As, team: Team):
    viewer = api_as(team.viewer)
    drawn = viewer.get(f"/trees/{team.tree_id}/export?format=svg").text
    answer = viewer.get(f"/trees/{team.tree_id}/export?format=pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert 'filename="No internet.pdf"' in answer.headers["content-disposition"]
    document = PdfReader(io.BytesIO(answer.content))
    (page,) = document.pages
    width, height = (float(length) for length in re.findall(r'(?:width|height)="([\d.]+)"', drawn)[:2])
    assert float(page.mediabox.width) == pytest.approx(width * 0.75, abs=1)
    assert float(page.mediabox.height) == pytest.approx(height * 0.75, abs=1)
    text = " ".join(page.extract_text().split())
    for words in ("No internet", "Is the power LED lit?", "Ask a senior."):
        assert words in text
    fonts = {font["/BaseFont"].partition("+")[2].partition("-")[0] for font in _fonts(page)}
    assert fonts == {"NotoSans", "DejaVuSans"}  # the other one has arrows


def _fonts(page: Any) -> list[Any]:
    kept = [
        page["/Resources"],
        *(form["/Resources"] for form in page["/Resources"].get("/XObject", {}).values()),
    ]
    return [font.get_object() for some in kept for font in some.get("/Font", {}).values()]
