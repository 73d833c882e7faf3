"""What can go wrong for a person: one exception a kind, each with its HTTP status and a sentence that says what to do."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict


class FieldError(TypedDict):
    """One thing wrong with what was sent: where, and a sentence."""

    loc: list[str | int]
    msg: str


class AppError(Exception):
    """Something a person can understand and act on; anything else that is raised is a bug."""

    status = 500
    title = "Error"

    def __init__(
        self,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = list(errors)
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})


class Unauthenticated(AppError):
    """Nobody is signed in, or what identifies them is no longer good."""

    status = 401
    title = "Sign-in required"

    def __init__(self, detail: str = "Please sign in.") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(AppError):
    """Signed in, but the role does not reach."""

    status = 403
    title = "Not allowed"


class NotFound(AppError):
    """No such thing in this account: unknown and foreign ids look exactly alike."""

    status = 404
    title = "Not found"

    def __init__(
        self, detail: str = "There is nothing here. It may have been removed, or the link is wrong."
    ) -> None:
        super().__init__(detail)


class Conflict(AppError):
    """The thing is no longer in the state that the request was made for."""

    status = 409
    title = "Conflict"


class TooLarge(AppError):
    """More was sent than is taken."""

    status = 413
    title = "Too large"


class UnsupportedMedia(AppError):
    """What was sent is not of a kind that is taken."""

    status = 415
    title = "Unsupported media type"


class Invalid(AppError):
    """What was sent cannot be used as it is."""

    status = 422
    title = "Invalid input"


class TooManyRequests(AppError):
    """Slow down; ``retry_after`` is in seconds."""

    status = 429
    title = "Too many attempts"

    def __init__(self, detail: str, *, retry_after: int) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)})


class NoDatabase(AppError):
    """The database does not answer; ``may_be_kept`` when it went away while it was told to keep what was done."""

    status = 503
    title = "Not available"
    retry_after = 5

    def __init__(self, *, may_be_kept: bool = False) -> None:
        super().__init__(
            "The database went away while this was being kept. Look whether it was, and do it again if not."
            if may_be_kept
            else "The database does not answer right now, so nothing was done. Wait a moment, then try again.",
            headers={"Retry-After": str(self.retry_after)},
        )
        self.may_be_kept = may_be_kept


class NoRoom(AppError):
    """A disk is full; what was sent is not kept, nor any part of it."""

    status = 507
    title = "No room left"

    def __init__(self) -> None:
        super().__init__(
            "The server has no room left to keep this. Nothing was kept: tell whoever runs it, and send it again later."
        )
