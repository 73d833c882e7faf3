"""The cookie that keeps a browser signed in."""

from fastapi import Response

from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.services.auth import SIGN_IN_COOKIE, WebSignIn


def set_sign_in_cookie(response: Response, sign_in: WebSignIn) -> None:
    """Give the browser its secret: out of reach of scripts, and not sent along by other sites' requests."""
    response.set_cookie(
        SIGN_IN_COOKIE,
        sign_in.secret,
        max_age=int(sign_in.lifetime.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=get_settings().secure_cookies,
        path="/",
    )


def clear_sign_in_cookie(response: Response) -> None:
    """Take the secret away again."""
    response.delete_cookie(
        SIGN_IN_COOKIE, path="/", httponly=True, samesite="lax", secure=get_settings().secure_cookies
    )
