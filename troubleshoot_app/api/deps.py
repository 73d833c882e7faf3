"""What routes ask for: who is calling."""

from typing import Annotated

from fastapi import Depends, Request

from troubleshoot_app.core.errors import Forbidden
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.services.access import Credential
from troubleshoot_app.services.auth import SIGN_IN_COOKIE, credential_of_cookie


def browser_credential(request: Request) -> Credential | None:
    """Return what identifies the browser that calls, by its cookie."""
    return credential_of_cookie(request.cookies.get(SIGN_IN_COOKIE, ""))


def own_origin(request: Request) -> None:
    """Refuse a browser that was sent here by another site: only our own pages sign people in and out."""
    origin = request.headers.get("origin")
    if origin is not None and origin not in get_settings().allowed_origins:
        raise Forbidden("This request came from another site.")


BrowserCredential = Annotated[Credential | None, Depends(browser_credential)]
OwnOrigin = Depends(own_origin)
