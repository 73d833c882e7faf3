"""The documentation: complete, true to itself, and the schema of the tree file takes real trees and no broken ones."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.support.asgi import the_app
from tests.support.document import operations
from troubleshoot_app.api.docs import redoc_script
from troubleshoot_app.schemas.tree_files import EXAMPLE, tree_file_schema
from troubleshoot_app.server.paths import ROOT

DOCUMENT: dict[str, Any] = the_app().openapi()
DESCRIBED = [
    (f"{method.upper()} {path}", operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
Tree = dict[str, Any]


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    """Return what checks a schema of the document, with all that it refers to."""
    return Draft202012Validator(schema | {"components": DOCUMENT["components"]})


def test_the_document_is_whole():
    ids = [operation["operationId"] for _, operation in DESCRIBED]
    assert len(set(ids)) == len(ids)
    known = {tag["name"] for tag in DOCUMENT["tags"]}
    for name, operation in DESCRIBED:
        assert operation["tags"], name
        assert set(operation["tags"]) <= known, name
        assert operation["summary"], name
        assert operation["description"].rstrip().endswith((".", "!")), name
        assert "_" not in operation["summary"].replace("account_name", ""), name


def test_the_script_of_the_page_for_reading_loads_nothing_from_elsewhere():
    script = bytes(redoc_script().body)
    assert b"/mark.svg" in script
    assert b"//cdn." not in script


@pytest.mark.parametrize(("name", "operation"), DESCRIBED, ids=[name for name, _ in DESCRIBED])
def test_each_operation_says_what_can_go_wrong(name: str, operation: dict[str, Any]):
    responses = operation["responses"]
    needs_sign_in = bool(operation.get("security"))
    assert ("401" in responses) or not needs_sign_in
    assert not ("{" in name and "404" not in responses), "what has an id may be unknown"
    if "requestBody" in operation:
        assert "413" in responses
    for status, response in responses.items():
        assert response["description"], status
        if int(status) >= 400:
            assert list(response["content"]) == ["application/problem+json"]


def test_the_examples_of_bodies_are_good():
    checked = 0
    for _, operation in DESCRIBED:
        for media, content in operation.get("requestBody", {}).get("content", {}).items():
            if media != "application/json":
                continue
            schema = validator(content["schema"])
            (name,) = {
                one["$ref"].rpartition("/")[2]
                for one in [content["schema"], *content["schema"].get("anyOf", [])]
                if "$ref" in one
            }
            for example in DOCUMENT["components"]["schemas"][name]["examples"]:
                schema.validate(example)
                checked += 1
    assert checked >= len([one for one in operations(the_app()) if one.media_type == "application/json"])


def test_real_trees_fit_the_schema():
    schema = Draft202012Validator(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", **tree_file_schema()}
    )
    Draft202012Validator.check_schema(schema.schema)
    files = sorted((ROOT / "troubleshoot_app" / "demo" / "trees").glob("*.yaml"))
    assert files
    for file in files:
        schema.validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    schema.validate(EXAMPLE)


def changed(change: Callable[[Tree], object]) -> Tree:
    tree = yaml.safe_load(yaml.safe_dump(EXAMPLE))
    change(tree)
    return dict(tree)


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: tree.pop("title"),
        lambda tree: tree.pop("nodes"),
        lambda tree: tree.update(format="troubleshoot-tree/2"),
        lambda tree: tree.update(title=""),
        lambda tree: tree.update(title=7),
        lambda tree: tree.update(tags="wan"),
        lambda tree: tree.update(surprise=1),
        lambda tree: tree.update(nodes=[]),
        lambda tree: tree["nodes"].update(power={"kind": "question"}),
        lambda tree: tree["nodes"].update(power={"kind": "riddle", "text": "?"}),
        lambda tree: tree["nodes"].update({"": {"kind": "resolution", "text": "x"}}),
        lambda tree: tree["nodes"]["power"].update(text="x" * 10_001),
        lambda tree: tree["nodes"]["power"]["options"][0].pop("label"),
        lambda tree: tree["nodes"]["power"]["options"].extend([{"id": "x", "label": "x"}] * 49),
        lambda tree: tree["nodes"]["power"].update(options={"yes": "wan"}),
    ],
)
def test_broken_trees_do_not(change: Callable[[Tree], object]):
    schema = Draft202012Validator(tree_file_schema())
    assert not schema.is_valid(changed(change))
