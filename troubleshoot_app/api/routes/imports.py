"""Trees out of files, for the page that imports them: sent with the browser's cookie, and from our own pages only."""

from typing import Annotated

from fastapi import APIRouter, Query

from troubleshoot_app.api.deps import BrowserCredential, NoStore, OwnOrigin
from troubleshoot_app.api.routes.trees import RawBody
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.formats.imports import Format
from troubleshoot_app.schemas.imports import ImportedFile
from troubleshoot_app.services import tree_imports
from troubleshoot_app.services.access import acting

NAME_LENGTH = 255

router = APIRouter(
    prefix="/web/trees", tags=["browser"], include_in_schema=False, dependencies=[OwnOrigin, NoStore]
)


@router.post("/import", status_code=201)
def import_for_author(
    content: RawBody,
    credential: BrowserCredential,
    format: Format | None = None,
    name: Annotated[str, Query(max_length=NAME_LENGTH)] = "",
) -> ImportedFile:
    """Keep a draft for each chart in a file, and report what was guessed or left out; 422 says where it went wrong."""
    return transact(
        acting, credential, tree_imports.import_for_author, content=content, format=format, name=name
    )
