"""People, where they are signed in, the tokens that keep them so, and the mails that let them in."""

from datetime import datetime, time
from uuid import UUID

from sqlalchemy import ARRAY, Index, String, text
from sqlmodel import Field

from troubleshoot_app.core.clock import now
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.domain.handoff import Channel
from troubleshoot_app.domain.quiet_hours import QuietHours, Weekday
from troubleshoot_app.domain.reach import Choices
from troubleshoot_app.models.base import AccountRow, Timestamp, words
from troubleshoot_app.models.queues import QueuedRow

EMAIL_LENGTH = 254
NAME_LENGTH = 200
ZONE_LENGTH = 64


class User(AccountRow, table=True):
    """A person of an account. A deleted one stays as a name in the history and frees the address."""

    __tablename__ = "app_user"
    __table_args__ = (
        Index("ix_app_user_account_id", "account_id"),
        Index(
            "uq_app_user_email",
            text("lower(email)"),
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    email: str = Field(max_length=EMAIL_LENGTH)
    name: str = Field(max_length=NAME_LENGTH)
    password_hash: str = Field(max_length=100, repr=False)
    role: Role = Field(sa_type=words(Role, "role"))
    is_active: bool = True
    deleted_at: datetime | None = Field(default=None, sa_type=Timestamp)


class NotificationChoices(AccountRow, table=True):
    """How a person wants to be told of escalations; who has no such row is told by every channel at any time.

    There are quiet hours when ``quiet_zone`` is set.
    """

    __tablename__ = "notification_choices"

    user_id: UUID = Field(foreign_key="app_user.id", unique=True)
    in_app: bool = True
    email: bool = True
    quiet_start: time = time(22)
    quiet_end: time = time(7)
    quiet_zone: str = Field(default="", max_length=ZONE_LENGTH)
    quiet_days: list[str] = Field(default_factory=lambda: list(Weekday), sa_type=ARRAY(String(3)))

    @property
    def choices(self) -> Choices:
        """What the rules need to know of it."""
        wanted = {Channel.IN_APP: self.in_app, Channel.EMAIL: self.email}
        quiet = QuietHours(
            self.quiet_start, self.quiet_end, self.quiet_zone, frozenset(map(Weekday, self.quiet_days))
        )
        return Choices(
            frozenset(channel for channel, is_wanted in wanted.items() if is_wanted),
            quiet if self.quiet_zone else None,
        )


class SignIn(AccountRow, table=True):
    """One place where a person is signed in: a browser (by cookie) or a program (by a family of refresh tokens)."""

    __tablename__ = "sign_in"

    user_id: UUID = Field(foreign_key="app_user.id", index=True)
    secret_hash: str | None = Field(default=None, max_length=64, unique=True, repr=False)
    device: str = Field(default="", max_length=300)
    expires_at: datetime = Field(sa_type=Timestamp)
    seen_at: datetime = Field(default_factory=now, sa_type=Timestamp)
    revoked_at: datetime | None = Field(default=None, sa_type=Timestamp)


class RefreshToken(AccountRow, table=True):
    """One link of a family of refresh tokens; used once, then it names its successor."""

    __tablename__ = "refresh_token"

    sign_in_id: UUID = Field(foreign_key="sign_in.id", index=True)
    token_hash: str = Field(max_length=64, unique=True, repr=False)
    expires_at: datetime = Field(sa_type=Timestamp)
    spent_at: datetime | None = Field(default=None, sa_type=Timestamp)
    successor_id: UUID | None = Field(default=None, foreign_key="refresh_token.id")


class Invitation(QueuedRow, AccountRow, table=True):
    """A place in the account for whoever has the mail. A newer one to the same address takes the place of this one.

    It is the queue of its mails as well: ``status`` and the other columns of a queue say how far the mail has come.
    """

    __table_args__ = (
        Index("ix_invitation_due", "next_attempt_at", postgresql_where=text("status = 'pending'")),
        Index(
            "uq_invitation_open_email",
            "account_id",
            text("lower(email)"),
            unique=True,
            postgresql_where=text("accepted_at IS NULL AND withdrawn_at IS NULL"),
        ),
    )

    email: str = Field(max_length=EMAIL_LENGTH)
    role: Role = Field(sa_type=words(Role, "role"))
    invited_by_id: UUID = Field(foreign_key="app_user.id")
    token_hash: str = Field(max_length=64, unique=True, repr=False)
    expires_at: datetime = Field(sa_type=Timestamp)
    accepted_at: datetime | None = Field(default=None, sa_type=Timestamp)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Timestamp)


class PasswordReset(QueuedRow, table=True):
    """Lets whoever has the mail choose a new password, once; it is the queue of its mails as well.

    There is one for each address that somebody has typed, whether anybody is registered with it or not: only the worker
    looks, so that the answer cannot tell. That is why it belongs to no account.
    """

    __tablename__ = "password_reset"
    __table_args__ = (
        Index("ix_password_reset_due", "next_attempt_at", postgresql_where=text("status = 'pending'")),
        Index("ix_password_reset_address", text("lower(address)")),
    )

    address: str = Field(max_length=EMAIL_LENGTH)
    token_hash: str = Field(max_length=64, unique=True, repr=False)
    expires_at: datetime = Field(sa_type=Timestamp)
    used_at: datetime | None = Field(default=None, sa_type=Timestamp)
