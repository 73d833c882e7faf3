"""Handoffs: the words for their states, who may do what when, when a mail is due and when to try again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.domain.errors import NotAllowedNow, NotForYou


class HandoffStatus(StrEnum):
    """Where a handoff is in its life; open and claimed ones are live."""

    OPEN = "open"
    CLAIMED = "claimed"
    RESOLVED = "resolved"
    CANCELLED = "cancelled"
    RESUMED = "resumed"

    @property
    def is_live(self) -> bool:
        """Whether it still waits for somebody or something; a session has at most one such handoff."""
        return self is HandoffStatus.OPEN or self is HandoffStatus.CLAIMED


class Intent(StrEnum):
    """Escalate gives the session to a senior; park puts it aside for its holder and tells nobody."""

    ESCALATE = "escalate"
    PARK = "park"


class Priority(StrEnum):
    """How much it hurts, as the escalator says."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def weight(self) -> int:
        """Return the place in ``low < normal < high < urgent``, for sorting."""
        return _WEIGHTS[self]


_WEIGHTS = {priority: weight for weight, priority in enumerate(Priority)}


class Channel(StrEnum):
    """How a senior is told."""

    IN_APP = "in_app"
    EMAIL = "email"


class DeliveryStatus(StrEnum):
    """How far telling one senior by one channel has come."""

    PENDING = "pending"
    SENT = "sent"
    SEEN = "seen"
    FAILED = "failed"
    SKIPPED = "skipped"


class News(StrEnum):
    """What the people of a case are mailed about it, when they have no page open."""

    CLAIMED = "claimed"
    OPEN_AGAIN = "open_again"
    RESOLVED = "resolved"
    STILL_ON_IT = "still_on_it"


class SessionStatus(StrEnum):
    """Where a session is in its life; only an active one can be walked."""

    ACTIVE = "active"
    PARKED = "parked"
    ESCALATED = "escalated"
    COMPLETED = "completed"
    ABANDONED = "abandoned"


OPEN_STATUSES = (SessionStatus.ACTIVE, SessionStatus.PARKED, SessionStatus.ESCALATED)
OVER_STATUSES = (SessionStatus.COMPLETED, SessionStatus.ABANDONED)


class Outcome(StrEnum):
    """How a session ended."""

    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"


class HandoffAction(StrEnum):
    """What can be done to a handoff."""

    CLAIM = "claim"
    RELEASE = "release"
    RESOLVE = "resolve"
    CANCEL = "cancel"
    RESUME = "resume"


@dataclass(frozen=True, slots=True)
class Transition:
    """What an action needs and what it makes: of the intent, from one status to the next."""

    intent: Intent
    before: HandoffStatus
    after: HandoffStatus
    session_after: SessionStatus


TRANSITIONS: Mapping[HandoffAction, Transition] = MappingProxyType(
    {
        HandoffAction.CLAIM: Transition(
            Intent.ESCALATE, HandoffStatus.OPEN, HandoffStatus.CLAIMED, SessionStatus.ACTIVE
        ),
        HandoffAction.RELEASE: Transition(
            Intent.ESCALATE, HandoffStatus.CLAIMED, HandoffStatus.OPEN, SessionStatus.ESCALATED
        ),
        HandoffAction.RESOLVE: Transition(
            Intent.ESCALATE, HandoffStatus.CLAIMED, HandoffStatus.RESOLVED, SessionStatus.ACTIVE
        ),
        HandoffAction.CANCEL: Transition(
            Intent.ESCALATE, HandoffStatus.OPEN, HandoffStatus.CANCELLED, SessionStatus.ACTIVE
        ),
        HandoffAction.RESUME: Transition(
            Intent.PARK, HandoffStatus.OPEN, HandoffStatus.RESUMED, SessionStatus.ACTIVE
        ),
    }
)


@dataclass(frozen=True, slots=True)
class HandoffState:
    """What the rules need to know of a handoff: ``from_id`` opened it, ``holder_id`` holds its session."""

    intent: Intent
    status: HandoffStatus
    from_id: UUID
    holder_id: UUID
    claimed_by_id: UUID | None = None


def check_claim(handoff: HandoffState, actor: Actor) -> None:
    """Let any senior but the escalator pick up an open escalation.

    Raises:
        NotForYou: the actor is no senior, or escalated it.
        NotAllowedNow: it is parked, picked up or over.
    """
    _check_status(HandoffAction.CLAIM, handoff)
    if not actor.is_senior:
        raise NotForYou("Only seniors (engineer, admin or owner) pick up escalations.")
    if handoff.from_id == actor.user_id:
        raise NotForYou("You escalated this yourself. Somebody else picks it up, or you cancel it and go on.")


def check_release(handoff: HandoffState, actor: Actor) -> None:
    """Let the claimer give an escalation back; ``NotForYou`` or ``NotAllowedNow`` otherwise."""
    _check_status(HandoffAction.RELEASE, handoff)
    _check_claimer(handoff, actor)


def check_keep(handoff: HandoffState, actor: Actor) -> None:
    """Let the claimer say that they are still on it; ``NotForYou`` or ``NotAllowedNow`` otherwise."""
    check_release(handoff, actor)


def check_resolve(handoff: HandoffState, actor: Actor) -> None:
    """Let the claimer resolve an escalation; ``NotForYou`` or ``NotAllowedNow`` otherwise."""
    _check_status(HandoffAction.RESOLVE, handoff)
    _check_claimer(handoff, actor)


def check_cancel(handoff: HandoffState, actor: Actor) -> None:
    """Let the escalator take back an open escalation; ``NotForYou`` or ``NotAllowedNow`` otherwise."""
    _check_status(HandoffAction.CANCEL, handoff)
    if handoff.from_id != actor.user_id:
        raise NotForYou("Only who escalated this can cancel it.")


def check_resume(handoff: HandoffState, actor: Actor) -> None:
    """Let the holder of a parked session go on with it; ``NotForYou`` or ``NotAllowedNow`` otherwise."""
    _check_status(HandoffAction.RESUME, handoff)
    if handoff.holder_id != actor.user_id:
        raise NotForYou("Only who parked this session can resume it.")


def _check_claimer(handoff: HandoffState, actor: Actor) -> None:
    if handoff.claimed_by_id != actor.user_id:
        raise NotForYou("Somebody else has picked this up. Only they can give it back or resolve it.")


def _check_status(action: HandoffAction, handoff: HandoffState) -> None:
    needed = TRANSITIONS[action]
    if handoff.intent != needed.intent:
        raise NotAllowedNow(_WRONG_INTENT[needed.intent])
    if handoff.status != needed.before:
        raise NotAllowedNow(_WHERE_IT_IS[handoff.status])


_WRONG_INTENT = {
    Intent.ESCALATE: "This session is parked by its holder, not escalated. Its holder can resume it.",
    Intent.PARK: "This session is escalated, not parked. Whoever escalated it can cancel that.",
}
_WHERE_IT_IS = {
    HandoffStatus.OPEN: "Nobody has picked this up yet. Pick it up first.",
    HandoffStatus.CLAIMED: "This escalation has been picked up already.",
    HandoffStatus.RESOLVED: "This escalation is resolved already.",
    HandoffStatus.CANCELLED: "This escalation was cancelled.",
    HandoffStatus.RESUMED: "This session was resumed already.",
}

REMINDERS_TO_ALL = 3
LAST_REMINDER = REMINDERS_TO_ALL + 1  # the one to the owners


def is_overdue(status: HandoffStatus, reminders: int) -> bool:
    """Tell whether an escalation has been told to everybody as often as it is, and still waits."""
    return status is HandoffStatus.OPEN and reminders >= LAST_REMINDER


RETRY_DELAYS = (
    timedelta(seconds=10),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
)
LATER_DELAY = timedelta(hours=1)
RETRY_SPREAD = 0.2
GIVE_UP_AFTER = timedelta(hours=24)


def next_attempt(attempts: int, now: datetime, jitter: float, created_at: datetime) -> datetime | None:
    """Return when to try again after ``attempts`` failed attempts; None when a day since ``created_at`` would be over.

    ``jitter`` in [-1, 1] spreads the delay by up to 20 %, so that those who failed together do not come back together.
    """
    if attempts < 1 or not -1 <= jitter <= 1:
        raise ValueError(f"{attempts} failed attempts with jitter {jitter}")
    delay = RETRY_DELAYS[attempts - 1] if attempts <= len(RETRY_DELAYS) else LATER_DELAY
    again = now + delay * (1 + RETRY_SPREAD * jitter)
    return again if again <= created_at + GIVE_UP_AFTER else None


@dataclass(frozen=True, slots=True)
class MailDecision:
    """Whether to mail somebody: now, or not before ``wait_until``, or not at all."""

    wait_until: datetime | None = None
    not_needed: bool = False

    @property
    def send_now(self) -> bool:
        """Whether there is nothing left to wait for."""
        return self.wait_until is None and not self.not_needed


def mail_due(
    created_at: datetime,
    now: datetime,
    *,
    connected: bool,
    seen: bool,
    seen_timeout: timedelta,
    is_reminder: bool = False,
) -> MailDecision:
    """Decide on the mail of an escalation of ``created_at`` to a senior who is connected or not, has seen it or not.

    Being connected puts the mail off, but never for longer than ``seen_timeout``: only having seen it does away with it.
    A reminder goes by every channel: nobody acted on what they have seen.
    """
    if is_reminder:
        return MailDecision()
    if seen:
        return MailDecision(not_needed=True)
    look_by = created_at + seen_timeout
    if connected and now < look_by:
        return MailDecision(wait_until=look_by)
    return MailDecision()
