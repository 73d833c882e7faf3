"""Trees: find them, read them, write them, publish them; files in and out."""

import json
from contextlib import nullcontext
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response

from troubleshoot_app.api.deps import BrowserCredential, CurrentCredential
from troubleshoot_app.api.downloads import SAFE_HEADERS
from troubleshoot_app.api.errors import problems
from troubleshoot_app.api.idempotency import CurrentAttempt, transact_once
from troubleshoot_app.api.lists import WantedPage
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.formats.exports import PDF
from troubleshoot_app.domain.formats.imports import Format
from troubleshoot_app.domain.tree_status import TreeFilter, TreeStatus
from troubleshoot_app.schemas.lists import LIMIT, LIMIT_MOST
from troubleshoot_app.schemas.tree_files import ChangedTree, NewTree, TreeFileBody, tree_file_schema
from troubleshoot_app.schemas.trees import (
    CategoryList,
    ImportResult,
    ProblemList,
    Publication,
    TreeHits,
    TreePage,
    TreeView,
    VersionPage,
)
from troubleshoot_app.services import tree_files, tree_imports, tree_library, tree_search
from troubleshoot_app.services.access import Credential, acting
from troubleshoot_app.services.pdf_turns import turn_of

router = APIRouter(prefix="/trees", tags=["trees"])
web_router = APIRouter(prefix="/web/trees", tags=["browser"], include_in_schema=False)
schema_router = APIRouter(prefix="/schemas", tags=["trees"])

WORDS_LENGTH = 200
FILE_STEM_LENGTH = 80

MERMAID_EXAMPLE = """flowchart TD
    power{"Is the power LED lit?"}
    power -->|Yes| wan[/"Ask a senior to check the line."/]
    power -->|No| psu(["Plug the power supply in."])
"""

ExportFormat = Literal["json", "yaml", "mermaid", "csv", "markdown", "svg", "pdf"]

Version = Annotated[
    str | None,
    Query(
        pattern="^(draft|[1-9][0-9]{0,8})$",
        description="`draft`, for seniors, or the number of a version; by default the published one.",
    ),
]


async def raw_body(request: Request) -> bytes:
    """Return the body as it came."""
    return await request.body()


RawBody = Annotated[bytes, Depends(raw_body)]

_FILE = {"schema": {"type": "string", "format": "binary"}, "example": MERMAID_EXAMPLE}
_ANY_FILE: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/octet-stream": _FILE}}
}
_EXPORTED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file, to be saved under the name in `Content-Disposition`.",
        "content": {
            media: {"schema": {"type": "object"}} for media in ("application/json", "application/yaml")
        }
        | {
            media: {"schema": {"type": "string"}}
            for media in (
                "text/vnd.mermaid",
                "text/csv",
                "text/markdown",
                "image/svg+xml",
            )
        }
        | {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("", operation_id="trees_list")
def list_trees(
    credential: CurrentCredential,
    page: WantedPage,
    category: Annotated[str | None, Query(max_length=WORDS_LENGTH)] = None,
    tag: Annotated[str | None, Query(max_length=WORDS_LENGTH)] = None,
    status: TreeStatus | None = None,
) -> TreePage:
    """List trees, newest first; viewers see those that are published."""
    return transact(
        acting, credential, tree_library.find_trees, page=page, category=category, tag=tag, status=status
    )


@router.get("/categories", operation_id="trees_categories")
def list_categories(credential: CurrentCredential) -> CategoryList:
    """List the categories by name, with how many trees the caller finds in each."""
    return transact(acting, credential, tree_library.find_categories)


@router.get("/search", operation_id="trees_search")
def search_trees(
    credential: CurrentCredential,
    q: Annotated[str, Query(max_length=WORDS_LENGTH, description="Words, or how they begin.")],
    category: Annotated[str | None, Query(max_length=WORDS_LENGTH)] = None,
    tag: Annotated[str | None, Query(max_length=WORDS_LENGTH)] = None,
    state: Annotated[
        TreeFilter | None,
        Query(description="`faulty`: drafts that cannot be published yet. For seniors, but `published`."),
    ] = None,
    limit: Annotated[int, Query(ge=1, le=LIMIT_MOST)] = LIMIT,
) -> TreeHits:
    """Find trees by words in titles, descriptions, tags and the texts of nodes, best first; a typo is forgiven."""
    return transact(
        acting,
        credential,
        tree_search.search_trees,
        q=q,
        category=category,
        tag=tag,
        state=state,
        limit=limit,
    )


@router.post("", status_code=201, operation_id="trees_create", responses=problems(403))
def create_tree(body: NewTree, credential: CurrentCredential, attempt: CurrentAttempt) -> TreeView:
    """Keep a tree file as a new tree: a draft, or published at once. For engineers and up.

    A draft may have faults; to be published it may have no errors, and 422 lists all `problems`.
    """
    return transact_once(
        attempt,
        credential,
        tree_files.create_tree,
        document=body.document(),
        publish=body.root.get("publish"),
    )


@router.post("/validate", operation_id="trees_validate", responses=problems(403))
def validate_tree(body: TreeFileBody, credential: CurrentCredential) -> ProblemList:
    """Tell what is wrong with a tree file; nothing is kept. For engineers and up."""
    return transact(acting, credential, tree_files.validate_tree, document=body.document())


@router.post(
    "/import",
    status_code=201,
    operation_id="trees_import",
    responses=problems(403, 413, 422),
    openapi_extra=_ANY_FILE,
)
def import_trees(
    content: RawBody,
    credential: CurrentCredential,
    attempt: CurrentAttempt,
    format: Annotated[Format | None, Query(description="Guessed from the content if absent.")] = None,
) -> ImportResult:
    """Keep a draft for each chart in a file, and report what was guessed or left out. For engineers and up.

    When nothing in the file can become a tree, 422 says where it went wrong, by line and column.
    """
    return transact_once(attempt, credential, tree_imports.import_file, content=content, format=format)


@router.get("/{tree_id}", operation_id="trees_get", responses=problems(403, 404))
def get_tree(tree_id: str, credential: CurrentCredential, version: Version = None) -> TreeView:
    """Show a tree as it is walked, its draft, or an older version.

    Without `version`, seniors get the draft of a tree that was never published.
    """
    return transact(acting, credential, tree_library.read_tree, tree_id=tree_id, version=version)


@router.put("/{tree_id}", operation_id="trees_replace", responses=problems(403, 404, 409))
def replace_draft(tree_id: str, body: ChangedTree, credential: CurrentCredential) -> TreeView:
    """Put a tree file in the place of the draft, and return that draft; what is published stays. For engineers and up.

    With a stale `revision`, the problem has the current one.
    """
    return transact(
        acting,
        credential,
        tree_files.replace_draft,
        tree_id=tree_id,
        document=body.document(),
        revision=body.root.get("revision"),
    )


@router.delete("/{tree_id}", status_code=204, operation_id="trees_delete", responses=problems(403, 404))
def delete_tree(tree_id: str, credential: CurrentCredential, response: Response) -> None:
    """Take a tree out of lists and search; sessions that walk it go on. For admins and up.

    When other trees still jump to it, the header `Warning` says how many; their `problems` name the answers.
    """
    jumping = transact(acting, credential, tree_files.archive_tree, tree_id=tree_id)
    if jumping:
        response.headers["Warning"] = f'299 - "Trees that still jump to this one: {len(jumping)}"'


@router.post("/{tree_id}/publish", operation_id="trees_publish", responses=problems(403, 404, 409))
def publish_tree(
    tree_id: str, body: Publication, credential: CurrentCredential, attempt: CurrentAttempt
) -> TreeView:
    """Freeze the draft as the next version, which new sessions walk from now on. For engineers and up.

    When it has errors, 422 lists all `problems`.
    """
    return transact_once(
        attempt,
        credential,
        tree_files.publish_tree,
        tree_id=tree_id,
        revision=body.revision,
        note=body.note,
    )


@router.get("/{tree_id}/versions", operation_id="trees_versions", responses=problems(403, 404))
def list_versions(tree_id: str, credential: CurrentCredential, page: WantedPage) -> VersionPage:
    """List the published versions of a tree, newest first. For engineers and up."""
    return transact(acting, credential, tree_library.find_versions, tree_id=tree_id, page=page)


@router.get(
    "/{tree_id}/export",
    operation_id="trees_export",
    responses=_EXPORTED | problems(403, 404, 429),
    response_class=Response,
)
def export_tree(
    tree_id: str,
    credential: CurrentCredential,
    format: ExportFormat = "json",
    version: Version = None,
) -> Response:
    """Give a tree as a file for people or for other programs; `pdf` is the chart on one page, to pin on a wall."""
    return _file(credential, tree_id, format, version)


@web_router.get("/{tree_id}/export")
def export_tree_for_browser(
    tree_id: str, credential: BrowserCredential, format: ExportFormat = "json", version: Version = None
) -> Response:
    """Give the file to the browser of somebody signed in, to be kept."""
    return _file(credential, tree_id, format, version)


def _file(credential: Credential | None, tree_id: str, format: ExportFormat, version: str | None) -> Response:
    tree = transact(acting, credential, tree_library.read_file, tree_id=tree_id, version=version)
    with turn_of(credential) if format == PDF else nullcontext():
        file = tree_library.tree_as_file(tree, format)
    headers = SAFE_HEADERS | {
        "Content-Disposition": attachment(tree.title, file.extension),
        "Cache-Control": "private, no-store",
    }
    return Response(file.content, media_type=file.media_type, headers=headers)


@schema_router.get(
    "/tree.json",
    operation_id="schemas_tree",
    responses={200: {"content": {"application/schema+json": {"schema": {"type": "object"}}}}},
    response_class=Response,
)
def tree_schema() -> Response:
    """Return the JSON Schema of the tree file."""
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema", **tree_file_schema()}
    return Response(json.dumps(described, indent=2), media_type="application/schema+json")


def attachment(title: str, extension: str) -> str:
    """Return the header that makes a browser save a file under the title of what is in it."""
    stem = " ".join("".join(c if c.isprintable() and c not in '/\\:*?"<>|' else " " for c in title).split())
    name = f"{stem[:FILE_STEM_LENGTH] or 'tree'}.{extension}"
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-") else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
