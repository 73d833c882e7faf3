"""What routes ask for: who is calling. None of it waits for anything, so it is ``async``: a thread would cost more."""

from typing import Annotated

from fastapi import Depends, Header, Request, Response, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from troubleshoot_app.core.errors import Forbidden, Unauthenticated
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.services.access import Credential
from troubleshoot_app.services.auth import SIGN_IN_COOKIE, credential_of_cookie
from troubleshoot_app.services.throttle import client_of
from troubleshoot_app.services.tokens import read_access_token

bearer_token = HTTPBearer(
    scheme_name="Bearer",
    bearerFormat="JWT",
    description="The `access_token` of a sign-in; good for 15 minutes.",
    auto_error=False,
)

BearerToken = Annotated[HTTPAuthorizationCredentials | None, Security(bearer_token)]


def read_credential(bearer: HTTPAuthorizationCredentials | None) -> Credential:
    """Return the sign-in that an access token names; ``Unauthenticated`` when there is none, or no good one."""
    if bearer is None:
        raise Unauthenticated("Send an access token: Authorization: Bearer <token>.")
    return Credential(sign_in_id=read_access_token(bearer.credentials))


async def current_credential(bearer: BearerToken) -> Credential:
    """Return the sign-in that the caller's access token names.

    Raises:
        Unauthenticated: there is no token, or it is not a good one.
    """
    return read_credential(bearer)


async def refuse_strangers(request: Request) -> None:
    """Raise ``Unauthenticated`` where a route asks for an access token and this request has no good one.

    Bodies are read before anybody asks who is calling; what is wrong with theirs is not for strangers.
    """
    if any(part.call is current_credential for part in request.scope["route"].dependant.dependencies):
        read_credential(await bearer_token(request))


async def current_client(request: Request) -> str:
    """Return the address that the caller comes from."""
    host = request.client.host if request.client else ""
    return client_of(host, request.headers.getlist("x-forwarded-for"))


async def browser_credential(request: Request) -> Credential | None:
    """Return what identifies the browser that calls, by its cookie."""
    return credential_of_cookie(request.cookies.get(SIGN_IN_COOKIE, ""))


async def any_credential(request: Request, bearer: BearerToken) -> Credential | None:
    """Return what identifies the caller: an access token, or else the cookie of a browser, for what pages show."""
    return await browser_credential(request) if bearer is None else read_credential(bearer)


async def no_store(response: Response) -> None:
    """Keep answers that hold secrets, or say who somebody is, out of every cache."""
    response.headers["Cache-Control"] = "no-store"


async def own_origin(request: Request) -> None:
    """Refuse a browser that was sent here by another site: only our own pages sign people in and out."""
    origin = request.headers.get("origin")
    if origin is not None and origin not in get_settings().allowed_origins:
        raise Forbidden("This request came from another site.")


Client = Annotated[str, Depends(current_client)]
Device = Annotated[str, Header(alias="User-Agent", include_in_schema=False)]
CurrentCredential = Annotated[Credential, Depends(current_credential)]
BrowserCredential = Annotated[Credential | None, Depends(browser_credential)]
AnyCredential = Annotated[Credential | None, Depends(any_credential)]
OwnOrigin = Depends(own_origin)
NoStore = Depends(no_store)
