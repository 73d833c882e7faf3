"""The tree file: its JSON Schema, and the bodies that carry one."""

from typing import Any

from pydantic import GetJsonSchemaHandler, RootModel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from troubleshoot_app.domain.formats.tree_shape import (
    CATEGORY_LIMIT,
    DESCRIPTION_LIMIT,
    FORMAT,
    TAG_LIMIT,
    TAGS_LIMIT,
    TITLE_LIMIT,
)
from troubleshoot_app.domain.readings import BOUNDS, DECIMALS_LIMIT, NUMBER_LIMIT, UNIT_LIMIT
from troubleshoot_app.domain.tree import ID_LIMIT, NODE_LIMIT, OPTION_LIMIT, TEXT_LIMIT, NodeKind

SOME_WORD = r"\S"
PLAIN_ID = r"^[^\s\x00-\x1f\x7f-\x9f]([^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f])?$"
# What a tree has in an answer and not in a file: a tree that was fetched can be changed and sent back.
READ_ONLY = ("id", "status", "version", "node_count", "updated_at", "updated_by")

EXAMPLE: dict[str, Any] = {
    "format": FORMAT,
    "title": "No internet at a branch office",
    "description": "First line checks for a site that reports no connectivity.",
    "category": "Network",
    "tags": ["wan", "router"],
    "start": "power",
    "nodes": {
        "power": {
            "kind": "question",
            "text": "Is the router's power LED lit?",
            "help": "The LED is on the **front left**.",
            "options": [
                {"id": "yes", "label": "Yes", "to": "wan"},
                {"id": "no", "label": "No", "to": "psu"},
            ],
        },
        "wan": {"kind": "escalation", "text": "Ask a senior to check the line."},
        "psu": {"kind": "resolution", "text": "Plug the power supply in."},
    },
}


def tree_file_schema() -> dict[str, Any]:
    """Return the JSON Schema of the tree file."""
    option = _object(
        {
            "id": {"type": "string", "minLength": 1, "maxLength": ID_LIMIT, "pattern": PLAIN_ID},
            "label": _text(TEXT_LIMIT),
            "to": _optional(_text(TEXT_LIMIT), "The id of the node that this answer leads to."),
            "tree": _optional(
                _text(ID_LIMIT),
                "The id or slug of another tree: the answer leads to its start, not to a node.",
            ),
            "return": _optional(
                {"type": "boolean"},
                "Whether a resolution of that other tree leads back here, to the node `to`.",
            ),
            "when": _optional(
                _object(dict.fromkeys(BOUNDS, _optional(_NUMBER)), required=[]) | {"minProperties": 1},
                "The numbers of the node's reading that choose this answer.",
            ),
        },
        required=["id", "label"],
    )
    reading = _object(
        {
            "unit": _optional(_text(UNIT_LIMIT), "Such as V or bar."),
            "min": _optional(_NUMBER, "The least that is expected."),
            "max": _optional(_NUMBER, "The most that is expected."),
            "decimals": _optional({"type": "integer", "minimum": 0, "maximum": DECIMALS_LIMIT}),
        },
        required=[],
    )
    node = _object(
        {
            "kind": {"enum": [kind.value for kind in NodeKind]},
            "text": _text(TEXT_LIMIT, "What to ask or to do, in Markdown."),
            "help": _optional(_text(TEXT_LIMIT), "More about it, in Markdown."),
            "options": _optional(
                {"type": "array", "maxItems": OPTION_LIMIT, "items": option},
                "A question has one or more, an action exactly one, a resolution and an escalation none.",
            ),
            "reading": _optional(
                reading, "A number that is measured here; options with `when` are chosen by it."
            ),
            "acknowledge": _optional(
                {"type": "boolean"}, "Whether the action is checked off before the walk goes on."
            ),
        },
        required=["kind", "text"],
    )
    return _object(
        {
            "format": _optional({"const": FORMAT}),
            "title": {"type": "string", "minLength": 1, "maxLength": TITLE_LIMIT, "pattern": SOME_WORD},
            "description": _optional(_text(DESCRIPTION_LIMIT)),
            "category": _optional(_text(CATEGORY_LIMIT)),
            "tags": _optional(
                {
                    "type": "array",
                    "maxItems": TAGS_LIMIT,
                    "items": {"type": "string", "minLength": 1, "maxLength": TAG_LIMIT, "pattern": SOME_WORD},
                }
            ),
            "slug": _optional(_text(TITLE_LIMIT)),
            "start": _optional({"type": "string"}, "The id of the node that a walk begins with."),
            "nodes": _optional(
                {
                    "type": "object",
                    "maxProperties": NODE_LIMIT,
                    "propertyNames": {"minLength": 1, "maxLength": ID_LIMIT, "pattern": PLAIN_ID},
                    "additionalProperties": node,
                },
                "Nodes by their ids.",
            ),
        },
        required=["title", "nodes"],
        title="Tree file",
        description="A decision tree. A draft may have faults; `POST /api/v1/trees/validate` tells them.",
        examples=[EXAMPLE],
    )


class TreeFileBody(RootModel[dict[str, Any]]):
    """A tree file. It is read by the rules for tree files, which tell more than a schema can."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the schema of the file, with what else the body may have."""
        described = tree_file_schema()
        extra = cls.extra_properties()
        described["properties"] |= dict.fromkeys(READ_ONLY, _IGNORED) | extra
        described["title"] = cls.__name__
        return described

    @classmethod
    def extra_properties(cls) -> dict[str, Any]:
        """Return the properties that are not part of the file."""
        return {"revision": _IGNORED}

    def document(self) -> dict[str, Any]:
        """Return the file alone."""
        extra = {*READ_ONLY, *self.extra_properties()}
        return {key: value for key, value in self.root.items() if key not in extra}


class NewTree(TreeFileBody):
    """A tree file for a new tree; with ``publish`` it can be walked at once, else it is a draft."""

    @classmethod
    def extra_properties(cls) -> dict[str, Any]:
        """Return the properties that are not part of the file."""
        return {"revision": _IGNORED, "publish": _optional({"type": "boolean"})}


class ChangedTree(TreeFileBody):
    """A tree file that takes the place of a draft, and the revision of the tree that it was made from."""

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the schema of the file, with the revision."""
        described = super().__get_pydantic_json_schema__(schema, handler)
        described["required"] = [*described["required"], "revision"]
        described["examples"] = [EXAMPLE | {"revision": 3}]
        return described

    @classmethod
    def extra_properties(cls) -> dict[str, Any]:
        """Return the properties that are not part of the file."""
        return {"revision": {"type": "integer"}}


_NUMBER = {"type": "number", "minimum": -NUMBER_LIMIT, "maximum": NUMBER_LIMIT}
_IGNORED = {
    "description": "Not part of the file; ignored, so that a tree can be sent back as it was fetched."
}


def _object(properties: dict[str, Any], *, required: list[str], **about: Any) -> dict[str, Any]:
    return about | {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _text(limit: int, description: str = "") -> dict[str, Any]:
    described = {"description": description} if description else {}
    return {"type": "string", "maxLength": limit, **described}


def _optional(schema: dict[str, Any], description: str = "") -> dict[str, Any]:
    described = {"description": description} if description else {}
    return {"anyOf": [schema, {"type": "null"}], **described}
