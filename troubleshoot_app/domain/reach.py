"""Reach: by which channels a senior may be told of an escalation at a moment, and whom one would reach.

Choices and quiet hours silence people, but never the last who can be reached: when nobody is left, everybody is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from types import MappingProxyType
from typing import TypeVar
from zoneinfo import ZoneInfo

from troubleshoot_app.domain.handoff import Channel
from troubleshoot_app.domain.quiet_hours import QuietHours
from troubleshoot_app.domain.watching import plain_reason

Key = TypeVar("Key")

FEWEST_CLAIMS = 5


@dataclass(frozen=True, slots=True)
class Choices:
    """How somebody wants to be told of escalations, and when not."""

    channels: frozenset[Channel] = frozenset(Channel)
    quiet: QuietHours | None = None

    def quiet_until(self, now: datetime) -> datetime | None:
        """Return when their quiet hours are over; None when they are not in them."""
        return self.quiet.ends_at(now) if self.quiet else None


@dataclass(frozen=True, slots=True)
class Senior:
    """Somebody whom an escalation is for; ``mail_fails`` when the last mail to them was refused for good."""

    choices: Choices = field(default_factory=Choices)
    is_connected: bool = False
    mail_fails: bool = False

    def can_be_reached(self, now: datetime) -> bool:
        """Tell whether they want to be told now, by a channel that leads to them."""
        on_screen = Channel.IN_APP in self.choices.channels and self.is_connected
        by_mail = Channel.EMAIL in self.choices.channels and not self.mail_fails
        return (on_screen or by_mail) and self.choices.quiet_until(now) is None


@dataclass(frozen=True, slots=True)
class Telling:
    """Whether to tell somebody by a channel: at once, or, with the reason ``why``, from ``until`` on or not at all."""

    why: str = ""
    until: datetime | None = None

    @property
    def is_due(self) -> bool:
        """Whether nothing keeps it back."""
        return not self.why


AT_ONCE: Mapping[Channel, Telling] = MappingProxyType({channel: Telling() for channel in Channel})
_NOT_CHOSEN = {
    Channel.IN_APP: "Chose not to be told on screen.",
    Channel.EMAIL: "Chose not to be mailed.",
}


def telling(choices: Choices, channel: Channel, now: datetime) -> Telling:
    """Decide on telling somebody who is not the last to be reached."""
    if channel not in choices.channels:
        return Telling(_NOT_CHOSEN[channel])
    until = choices.quiet_until(now)
    return Telling() if until is None else Telling(f"Quiet hours {_until(choices, until)}.", until)


def tellings(seniors: Mapping[Key, Senior], now: datetime) -> Mapping[Key, Mapping[Channel, Telling]]:
    """Decide on telling each of those whom an escalation is for; all by every channel when nobody could be reached."""
    if not any(senior.can_be_reached(now) for senior in seniors.values()):
        return dict.fromkeys(seniors, AT_ONCE)
    return {
        key: {channel: telling(senior.choices, channel, now) for channel in Channel}
        for key, senior in seniors.items()
    }


def why_unreachable(choices: Choices, refusal: str | None) -> str:
    """Return why escalations may not reach somebody, whose last mail was refused with ``refusal``; empty if they do."""
    if not choices.channels:
        return "has chosen no channel"
    if refusal is None or Channel.EMAIL not in choices.channels:
        return ""
    why = f"mails fail: {plain_reason(refusal)}"
    return f"{why}; told only while a page is open" if Channel.IN_APP in choices.channels else why


def why_unreachable_now(choices: Choices, refusal: str | None, now: datetime) -> str:
    """Return why escalations may not reach somebody at this moment, lasting reasons first; empty if they do."""
    until = choices.quiet_until(now)
    quiet = "" if until is None else f"quiet hours {_until(choices, until)}"
    return why_unreachable(choices, refusal) or quiet


def _until(choices: Choices, until: datetime) -> str:
    zone = choices.quiet.zone if choices.quiet else "UTC"
    return f"until {until.astimezone(ZoneInfo(zone)):%H:%M} ({zone})"


@dataclass(frozen=True, slots=True)
class ReachCount:
    """How many people an escalation would reach: on a screen at once, by mail, and those who are left in peace."""

    online: int
    by_mail: int
    silenced: int


def count_reach(seniors: Mapping[Key, Senior], now: datetime) -> ReachCount:
    """Count whom an escalation would reach now; somebody on a screen counts there, whatever else they get."""
    decided = tellings(seniors, now)
    online = {
        key for key, senior in seniors.items() if senior.is_connected and decided[key][Channel.IN_APP].is_due
    }
    by_mail = {key for key in seniors if decided[key][Channel.EMAIL].is_due} - online
    return ReachCount(len(online), len(by_mail), len(seniors) - len(online) - len(by_mail))


def usual_wait(seconds: Sequence[float]) -> int | None:
    """Return the median of how long the latest escalations waited, in seconds; None when there were too few."""
    return round(median(seconds)) if len(seconds) >= FEWEST_CLAIMS else None


def reach_in_words(count: ReachCount, wait_seconds: int | None) -> str:
    """Return what to know before pressing: how many are told at once and how long it usually takes, or what to do."""
    if count.online + count.by_mail + count.silenced == 0:
        return (
            "There is no other senior in your account, so nobody can be told. Ask an admin to invite one;"
            " the escalation will wait in the queue."
        )
    told = [f"{count.online} online"] if count.online else []
    told += [f"{count.by_mail} by mail"] if count.by_mail else []
    words = f"Told at once: {', '.join(told)}"
    if wait_seconds is not None:
        words += f"; usually picked up in {wait_in_words(wait_seconds)}"
    if count.silenced:
        want = (
            "1 more wants quiet now and is"
            if count.silenced == 1
            else f"{count.silenced} more want quiet now and are"
        )
        words += f". {want} told if nobody picks it up"
    return f"{words}."


def wait_in_words(seconds: int) -> str:
    """Return a span of time as people say it."""
    minutes = max(1, round(seconds / 60))
    if minutes < 90:
        return f"{minutes} min"
    return f"{round(minutes / 60)} h"
