"""Finding trees: words anywhere in them, beginnings of words, typos; the best first."""

from typing import Any

import pytest

from tests.api.conftest import As
from tests.support.asgi import Api
from tests.support.people import Team

PRINTER = {
    "title": "Printer prints nothing",
    "description": "For office printers on the network.",
    "category": "Printing",
    "tags": ["spooler"],
    "start": "paper",
    "nodes": {
        "paper": {
            "kind": "question",
            "text": "Is there paper in the tray?",
            "options": [
                {"id": "yes", "label": "Plenty", "to": "toner"},
                {"id": "no", "label": "No", "to": "fill"},
            ],
        },
        "toner": {"kind": "escalation", "text": "Ask who knows of **Störungen** with the fuser unit."},
        "fill": {"kind": "resolution", "text": "Fill it up.", "help": "A4 is in the cupboard."},
    },
}


@pytest.fixture
def engineer(api_as: As, team: Team) -> Api:
    engineer = api_as(team.engineer)
    assert engineer.post("/trees", PRINTER | {"publish": True}).status_code == 201
    return engineer


def found(api: Api, words: str) -> list[tuple[str, str | None]]:
    answer = api.get("/trees/search", params={"q": words})
    assert answer.status_code == 200
    return [(item["tree"]["title"], item["node_id"]) for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("words", "node_id"),
    [
        ("printer", None),
        ("PRINTS nothing", None),
        ("office", None),
        ("spooler", None),
        ("printing", None),
        ("tray", "paper"),
        ("plenty", "paper"),
        ("fuser unit", "toner"),
        ("storung", "toner"),
        ("Störungen", "toner"),
        ("cupboard", "fill"),
        ("cupb", "fill"),
        ("printer cupboard", None),
        ("pritner", None),
        ("priner", None),
        ("cuppboard", "fill"),
        ("tary", "paper"),
        ("spoiler", None),
    ],
)
def test_words_are_found_wherever_they_stand(engineer: Api, words: str, node_id: str | None):
    assert found(engineer, words)[0] == ("Printer prints nothing", node_id)


@pytest.mark.parametrize(
    "words", ["zzzzzz", "x", "''", "&|!:*()", "\\", "%", "_", "q:z", " ", "🔌", "١٢٣", "x" * 200]
)
def test_what_is_nowhere_is_not_found(engineer: Api, words: str):
    assert found(engineer, words) == []


def test_the_title_weighs_more_than_a_node(engineer: Api):
    other: dict[str, Any] = PRINTER | {"title": "Copier", "description": "", "category": "", "tags": []}
    other["nodes"] = PRINTER["nodes"] | {"fill": {"kind": "resolution", "text": "Use a printer."}}  # type: ignore[operator]
    engineer.post("/trees", other | {"publish": True})
    assert found(engineer, "printer") == [("Printer prints nothing", None), ("Copier", "fill")]
    hits = engineer.get("/trees/search?q=printer").json()["items"]
    assert hits[0]["score"] > hits[1]["score"] > 0
    assert hits[1]["snippet"] == "Use a printer."
    assert len(engineer.get("/trees/search?q=printer&limit=1").json()["items"]) == 1


def test_drafts_are_for_seniors_and_found_as_they_are_now(engineer: Api, api_as: As, team: Team):
    draft = engineer.post("/trees", PRINTER | {"title": "Teleporter"}).json()
    assert found(engineer, "teleporter") == [("Teleporter", None)]
    assert found(api_as(team.viewer), "teleporter") == []
    engineer.put(f"/trees/{draft['id']}", draft | {"title": "Disintegrator"})
    assert found(engineer, "disintegrator") == [("Disintegrator", None)]
    assert found(engineer, "teleporter") == []


def test_nothing_is_found_across_accounts(engineer: Api, api_as: As, strangers: Team):
    assert found(api_as(strangers.owner), "spooler") == []
    assert found(api_as(strangers.owner), "internet") == [("No internet", None)]


def test_a_tree_of_nothing_but_different_words_is_taken_up(engineer: Api):
    nodes = {
        f"n{n}": {"kind": "resolution", "text": " ".join(f"w{n}q{k}é" for k in range(1000))}
        for n in range(150)
    }
    made = engineer.post("/trees", {"title": "Dictionary", "start": "n0", "nodes": nodes})
    assert made.status_code == 201
    assert found(engineer, "w0q5e") == [("Dictionary", "n0")]
