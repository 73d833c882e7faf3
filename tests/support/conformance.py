"""Whether what the API answers is what its OpenAPI document says: status, media type, and every field."""

import json
import re
from functools import cached_property
from typing import Any

import httpx
from jsonschema import Draft202012Validator, FormatChecker

from troubleshoot_app.api.docs import OPENAPI

PAGES_OWN = "/api/v1/web/"  # what only our own pages ask for is in no document

_PARAMETER = re.compile(r"\\\{[^}]+\\\}")


class Conformance:
    """Checks answers against one OpenAPI document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._validators: dict[str, Draft202012Validator] = {}

    def check(self, response: httpx.Response) -> None:
        """Raise ``AssertionError`` when the document does not have such an answer to such a request.

        What no route answers (404, 405) is in no document; it has to be a problem document.
        """
        method, path = response.request.method.lower(), response.request.url.path
        template = self._template(path)
        where = f"{method.upper()} {template or path} → {response.status_code}"
        if not response.headers.get("content-disposition", "").startswith("attachment"):
            assert "text/html" not in response.headers.get("content-type", ""), where
        if response.status_code >= httpx.codes.BAD_REQUEST:
            self._check_problem(response, where)
        if path == OPENAPI or (path.startswith(PAGES_OWN) and not template):
            return
        operations = self._document["paths"].get(template, {})
        if method == "head" and "get" in operations and response.is_success:
            return
        operation = operations.get(method)
        if operation is None:
            assert response.status_code in {httpx.codes.NOT_FOUND, httpx.codes.METHOD_NOT_ALLOWED}, where
            return
        described = operation["responses"].get(str(response.status_code))
        assert described is not None, f"{where} is not in the OpenAPI document"
        content = described.get("content", {})
        media = response.headers.get("content-type", "").partition(";")[0]
        if not content or not response.content:
            assert bool(content) == bool(response.content), f"{where}: content is as described"
            return
        assert media in content, f"{where}: {media} is not in the OpenAPI document"
        if media.endswith("json"):
            self._check(content[media].get("schema", {}), response.json(), where)

    def _check_problem(self, response: httpx.Response, where: str) -> None:
        assert response.headers["content-type"] == "application/problem+json", where
        if response.request.method == "HEAD":
            return
        body = response.json()
        assert body["status"] == response.status_code, where
        assert {"type", "title", "detail"} <= set(body), where
        assert response.status_code != httpx.codes.UNPROCESSABLE_ENTITY or body["errors"], where
        assert response.status_code != httpx.codes.UNAUTHORIZED or response.headers["www-authenticate"], where

    def _check(self, schema: dict[str, Any], body: Any, where: str) -> None:
        name = json.dumps(schema, sort_keys=True)
        if name not in self._validators:
            whole = schema | {"components": self._document["components"]}
            self._validators[name] = Draft202012Validator(whole, format_checker=FormatChecker())
        wrong = [f"{error.json_path}: {error.message}" for error in self._validators[name].iter_errors(body)]
        assert not wrong, f"{where}: {wrong[:5]}"

    def _template(self, path: str) -> str:
        if path in self._document["paths"]:
            return path
        return next((template for template, pattern in self._patterns if pattern.fullmatch(path)), "")

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str]]]:
        return [
            (template, re.compile(_PARAMETER.sub("[^/]+", re.escape(template))))
            for template in self._document["paths"]
        ]
