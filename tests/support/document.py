"""The OpenAPI document as tests read it: every operation, where it takes ids, and a request that it takes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from troubleshoot_app.domain.actor import Role

PREFIX = "/api/v1"
JSON = "application/json"
MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"

_METHODS = ("get", "put", "post", "patch", "delete")
_PARAMETER = re.compile(r"{(\w+)}")
_WHOM_FOR = re.compile(r"\bFor (engineers and up|seniors|admins and up|admins)\b")
_LEAST_ROLE = {
    "engineers and up": Role.ENGINEER,
    "seniors": Role.ENGINEER,
    "admins and up": Role.ADMIN,
    "admins": Role.ADMIN,
}


@dataclass(frozen=True)
class Place:
    """Where a request names something by its id."""

    where: str
    name: str


@dataclass(frozen=True)
class Operation:
    """One operation. ``path`` goes on after ``/api/v1``; ``places`` are those of ids; a browser's has a cookie for a
    credential; ``least_role`` is whom it is for, as its description says."""

    id: str
    method: str
    path: str
    places: tuple[Place, ...]
    body: dict[str, Any] | str | None
    media_type: str
    query: dict[str, str]
    needs_sign_in: bool
    by_cookie: bool
    least_role: Role

    def __str__(self) -> str:
        return self.id

    def request(self, ids: dict[Place, str], **known: Any) -> tuple[str, str, dict[str, Any]]:
        """Return method, path and parts of a request with these ids; ``known`` replaces what the example says."""
        path = _PARAMETER.sub(lambda found: ids[Place("path", found[1])], self.path)
        named = {place: value for place, value in ids.items() if place in self.places}
        query = self.query | {place.name: value for place, value in named.items() if place.where == "query"}
        parts: dict[str, Any] = {"params": query} if query else {}
        if isinstance(self.body, str):
            parts["content"] = self.body
        elif self.body is not None:
            fields = {name: known.get(name, value) for name, value in self.body.items()}
            fields |= {place.name: value for place, value in named.items() if place.where == "body"}
            parts |= self._content(fields)
        return self.method, path, parts

    def _content(self, fields: dict[str, Any]) -> dict[str, Any]:
        match self.media_type:
            case "application/json":
                return {"json": fields}
            case "multipart/form-data":
                return {"files": dict.fromkeys(fields, ("router.log", b"eth0: link down\n"))}
            case _:
                return {"data": fields}


def operations(app: FastAPI) -> list[Operation]:
    """Return every operation of an application under ``/api/v1``, in its document or not."""
    document = app.openapi()
    described = [
        _described(document, path.removeprefix(PREFIX), method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path.startswith(PREFIX) and method in _METHODS
    ]
    return described + list(_hidden(app))


def _described(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> Operation:
    media_type, body, in_body = _body(document, operation)
    parameters = operation.get("parameters", [])
    places = [
        Place(one["in"], one["name"])
        for one in parameters
        if one["in"] in ("path", "query") and _names_an_id(one["name"])
    ]
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        places=(*places, *(Place("body", name) for name in in_body)),
        body=body,
        media_type=media_type,
        query={one["name"]: "router" for one in parameters if one["in"] == "query" and one.get("required")},
        needs_sign_in=bool(operation.get("security")) and {} not in operation["security"],
        by_cookie=False,
        least_role=_least_role(operation["description"]),
    )


def _least_role(description: str) -> Role:
    whom = _WHOM_FOR.search(description)
    return _LEAST_ROLE[whom[1]] if whom else Role.VIEWER


def _hidden(app: FastAPI) -> Iterator[Operation]:
    """Yield what only the pages ask for: with the cookie of a browser, and nothing but ids in the address; what
    is sent is files."""
    for route in iter_route_contexts(app.routes):
        path = route.path_format or ""
        if route.methods and path.startswith(f"{PREFIX}/web/"):
            for method in route.methods:
                yield Operation(
                    id=f"{method} {path}",
                    method=method,
                    path=path.removeprefix(PREFIX),
                    places=tuple(Place("path", name) for name in _PARAMETER.findall(path)),
                    body={"file": b""} if route.body_field else None,
                    media_type=MULTIPART if route.body_field else "",
                    query={
                        one.alias: "1" for one in route.dependant.query_params if one.field_info.is_required()
                    },
                    needs_sign_in=True,
                    by_cookie=True,
                    least_role=_least_role(route.endpoint.__doc__ or ""),
                )


def _body(
    document: dict[str, Any], operation: dict[str, Any]
) -> tuple[str, dict[str, Any] | str | None, list[str]]:
    """Return the media type of an operation's body, an example of it, and which of its fields are ids."""
    if "requestBody" not in operation:
        return "", None, []
    ((media_type, described), *_) = operation["requestBody"]["content"].items()
    schema = _resolved(document, described["schema"])
    if media_type == MULTIPART:
        return media_type, dict.fromkeys(schema["required"], b""), []
    example = described.get("example") or next(iter(schema.get("examples", [])), None)
    assert example is not None, f"The body of {operation['operationId']} has no example in the document."
    return media_type, example, [name for name in schema.get("properties", {}) if _names_an_id(name)]


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    for option in schema.get("anyOf", []):
        if "$ref" in option:
            schema = option
    if "$ref" in schema:
        resolved: dict[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return resolved
    return schema


def _names_an_id(name: str) -> bool:
    return name.endswith("_id")
