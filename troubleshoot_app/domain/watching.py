"""Watching: what an escalator wants to know of each person who was to be told, out of the records of both channels."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from troubleshoot_app.domain.handoff import DeliveryStatus, HandoffStatus


class Heard(StrEnum):
    """How far an escalation has come to somebody."""

    SEEN = "seen"
    MAILED = "mailed"
    ON_SCREEN = "on_screen"
    ON_ITS_WAY = "on_its_way"
    TRIED_AGAIN = "tried_again"
    FAILED = "failed"
    QUIET = "quiet"
    NOT_CHOSEN = "not_chosen"
    NOT_TOLD = "not_told"

    @property
    def rank(self) -> int:
        """Return the place in this list, which is the order in which they are of interest."""
        return _RANKS[self]


_RANKS = {heard: rank for rank, heard in enumerate(Heard)}

_HOPELESS = frozenset({Heard.FAILED, Heard.QUIET, Heard.NOT_CHOSEN, Heard.NOT_TOLD})


@dataclass(frozen=True, slots=True)
class Attempt:
    """What is on record of telling somebody by one channel; ``silenced`` when their choices or quiet hours keep it back."""

    status: DeliveryStatus
    silenced: bool = False
    attempts: int = 0
    error: str = ""
    sent_at: datetime | None = None
    seen_at: datetime | None = None
    next_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hearing:
    """How far it has come to somebody: since when, or when it goes on, and why not further."""

    heard: Heard
    at: datetime | None = None
    why: str = ""


def hearing(on_screen: Attempt, by_mail: Attempt) -> Hearing:
    """Return what counts most: seen before mailed, and trouble with the mail before a tab that nobody looks at."""
    return _sent(on_screen, by_mail) or _waiting(on_screen, by_mail) or _not_told(on_screen, by_mail)


def _sent(on_screen: Attempt, by_mail: Attempt) -> Hearing | None:
    if on_screen.status is DeliveryStatus.SEEN:
        return Hearing(Heard.SEEN, on_screen.seen_at)
    if by_mail.status is DeliveryStatus.SENT:
        return Hearing(Heard.MAILED, by_mail.sent_at)
    if by_mail.status is DeliveryStatus.FAILED:
        return Hearing(Heard.FAILED, why=plain_reason(by_mail.error))
    return None


def _waiting(on_screen: Attempt, by_mail: Attempt) -> Hearing | None:
    is_mailed = by_mail.status is DeliveryStatus.PENDING and not by_mail.silenced
    if is_mailed and by_mail.attempts:
        return Hearing(Heard.TRIED_AGAIN, by_mail.next_attempt_at, plain_reason(by_mail.error))
    if on_screen.status is DeliveryStatus.SENT:
        return Hearing(Heard.ON_SCREEN, on_screen.sent_at)
    if is_mailed or (on_screen.status is DeliveryStatus.PENDING and not on_screen.silenced):
        return Hearing(Heard.ON_ITS_WAY)
    return None


def _not_told(on_screen: Attempt, by_mail: Attempt) -> Hearing:
    for attempt in (by_mail, on_screen):
        if attempt.silenced and attempt.status is DeliveryStatus.PENDING:
            return Hearing(Heard.QUIET, attempt.next_attempt_at, attempt.error)
    return Hearing(Heard.NOT_CHOSEN if by_mail.silenced else Heard.NOT_TOLD, why=by_mail.error)


def advice_to_escalator(heard: Collection[Heard], status: HandoffStatus) -> str:
    """Return what to do when an escalation that still waits has come to nobody, nor is about to; empty otherwise."""
    if status is not HandoffStatus.OPEN or not _HOPELESS.issuperset(heard):
        return ""
    if not heard:
        return (
            "Nobody was told: there is no other senior in this account. Ask an admin to invite one; until then this"
            " waits in the queue."
        )
    return (
        "Nobody could be reached so far. Call somebody, and ask an admin to look at the deliveries. It stays in the queue"
        " and is told again."
    )


_REASONS = (
    (re.compile(r"\b5\.1\.[0-9]|no such|unknown (user|recipient|mailbox)|user unknown|does not exist|not found", re.I),
     "mailbox unknown"),
    (re.compile(r"\b[45]\.2\.2\b|mailbox (is )?full|over quota", re.I), "mailbox full"),
    (re.compile(r"\b5\.2\.1\b|mailbox disabled", re.I), "mailbox closed"),
    (re.compile(r"\b5\.7\.|spam|blocked|blacklist|policy", re.I), "taken for spam"),
    (re.compile(r"did not answer|cannot be used|closed the connection|takes no mail now", re.I),
     "mail server not reachable"),
)  # fmt: skip


def plain_reason(error: str) -> str:
    """Return what a mail server has said in words for people who run none; what is not known stays as it is."""
    for pattern, words in _REASONS:
        if pattern.search(error):
            return words
    return error.rstrip(".")
