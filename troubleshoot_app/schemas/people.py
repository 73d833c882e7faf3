"""People as the pages and the API show them, and what one says to be let in."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from troubleshoot_app.domain.actor import Role
from troubleshoot_app.domain.handoff import DeliveryStatus
from troubleshoot_app.schemas.lists import Page

READ_AT_MOST = 1000
_PART = r'[^@\s\x00-\x1f\x7f-\xa0\xad<>,;:"()\[\]\\]+'
ADDRESS_PATTERN = rf"^{_PART}@{_PART}\.{_PART.replace('@', '@.')}$"


def _text(**schema: Any) -> Any:
    """Return a text field. ``schema`` is what its value has to be; the services check that, and say it in a sentence."""
    return Field(max_length=READ_AT_MOST, json_schema_extra=schema)


Address = Annotated[str, _text(maxLength=254, pattern=ADDRESS_PATTERN)]
NewPassword = Annotated[str, _text(format="password", minLength=8, maxLength=256)]
Password = Annotated[str, _text(format="password")]
Name = Annotated[str, _text(minLength=1, maxLength=200, pattern=r"\S")]
Secret = Annotated[str, _text()]


class Body(BaseModel):
    """What is sent: these fields and no others."""

    model_config = ConfigDict(extra="forbid")


def _for_example(fields: dict[str, Any]) -> ConfigDict:
    """Return the setting of a body that shows in the documentation what it looks like."""
    return ConfigDict(json_schema_extra={"examples": [fields]})


class PersonRef(BaseModel):
    """A person in one line."""

    id: str
    name: str


class AccountRef(BaseModel):
    """An account in one line."""

    id: str
    name: str


class UserView(BaseModel):
    """A person of the account."""

    id: str
    email: str
    name: str
    role: Role
    account: AccountRef
    is_active: bool
    created_at: datetime


class Member(UserView):
    """A person of the account: whether they have a page open right now, when they were last here, and, of a senior, why
    escalations may not reach them; ``unreachable`` is empty when they do."""

    online: bool
    last_seen_at: datetime | None
    unreachable: str


class MemberPage(Page[Member]):
    """Part of the list of people."""


class Tokens(BaseModel):
    """What a program signs its calls with: an access token, good for ``expires_in`` seconds, and a refresh token, good
    once, for the next pair."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105  what kind of token it is
    expires_in: int


class Invitation(BaseModel):
    """A place in the account that was offered by mail."""

    id: str
    email: str
    role: Role
    expires_at: datetime


class OpenInvitation(Invitation):
    """An invitation that waits for its answer, and how far its mail has come.

    ``mailed_at`` is null until the mail server took the mail; when it did not, ``mail_error`` says why, and
    ``next_attempt_at`` when it is tried again, null when it is not.
    """

    invited_by: PersonRef
    created_at: datetime
    mail_status: DeliveryStatus
    mailed_at: datetime | None
    mail_error: str
    next_attempt_at: datetime | None


class InvitationPage(Page[OpenInvitation]):
    """Part of the list of invitations."""


class Offer(BaseModel):
    """What an invitation offers to whoever has it."""

    email: str
    role: Role
    account_name: str
    invited_by: str


class Credentials(Body):
    """Who wants in."""

    model_config = _for_example({"email": "olivia@example.org", "password": "four words in a row"})

    email: Annotated[str, _text()]
    password: Password


class Registration(Body):
    """Who opens a new account, with ``account_name``, or joins one, with ``invitation``."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["account_name"]}, {"required": ["invitation"]}],
            "examples": [
                {
                    "email": "olivia@example.org",
                    "password": "four words in a row",
                    "name": "Olivia",
                    "account_name": "Example Ltd",
                },
                {
                    "email": "ben@example.org",
                    "password": "four words in a row",
                    "name": "Ben",
                    "invitation": "the token of the mail",
                },
            ],
        }
    )

    email: Address
    password: NewPassword
    name: Name
    account_name: Name | None = None
    invitation: Secret | None = None


class RefreshBody(Body):
    """The refresh token to spend."""

    model_config = _for_example({"refresh_token": "the refresh token of the last answer"})

    refresh_token: Secret


class LogoutBody(Body):
    """Which program to sign out: the one with this refresh token, or else the one that calls."""

    model_config = _for_example({"refresh_token": "the refresh token of the last answer"})

    refresh_token: Secret | None = None


class ForgottenPassword(Body):
    """Whose password is forgotten."""

    model_config = _for_example({"email": "olivia@example.org"})

    email: Annotated[str, _text()]


class Acknowledgement(BaseModel):
    """What a person may be told now."""

    detail: str


class ResetToken(Body):
    """The token of the mail."""

    model_config = _for_example({"token": "the token of the mail"})

    token: Secret


class PasswordChoice(Body):
    """The token of the mail, and the new password."""

    model_config = _for_example({"token": "the token of the mail", "password": "five words in another row"})

    token: Secret
    password: NewPassword


class PasswordChange(Body):
    """The password as it is, and as it shall be."""

    model_config = _for_example(
        {"current_password": "four words in a row", "password": "five words in another row"}
    )

    current_password: Password
    password: NewPassword


class OwnChanges(Body):
    """What people change about themselves."""

    model_config = _for_example({"name": "Olivia Owner"})

    name: Name


class InvitationToken(Body):
    """The token of the mail."""

    model_config = _for_example({"invitation": "the token of the mail"})

    invitation: Secret


class NewInvitation(Body):
    """Whom to invite, and as what."""

    model_config = _for_example({"email": "ben@example.org", "role": "engineer"})

    email: Address
    role: Role


class UserChanges(Body):
    """What to change; what is left out stays."""

    model_config = _for_example({"role": "engineer"})

    name: Name | None = None
    role: Role | None = None
    is_active: StrictBool | None = None
