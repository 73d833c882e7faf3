"""Sessions that nobody goes on with are closed after a time; whoever holds one can take it up again."""

from datetime import datetime, timedelta

from troubleshoot_app.domain.handoff import SessionStatus

ABANDONABLE = (SessionStatus.ACTIVE, SessionStatus.PARKED)


def is_abandoned(status: SessionStatus, touched_at: datetime, now: datetime, *, after: timedelta) -> bool:
    """Tell whether a session that was last touched at ``touched_at`` is to be closed; an escalated one waits on."""
    return status in ABANDONABLE and now >= touched_at + after


def closing_note(now: datetime, *, after: timedelta) -> str:
    """Return what the notes of a session say of it from then on."""
    days = "a day" if after == timedelta(days=1) else f"{after.days} days"
    return f"Closed on {now:%Y-%m-%d}: nobody went on with it for {days}."


def resuming_note(now: datetime, name: str) -> str:
    """Return what the notes say when somebody takes it up again."""
    return f"Taken up again by {name} on {now:%Y-%m-%d}."


def with_line(notes: str, line: str, limit: int) -> str:
    """Return ``notes`` with a line more at their end, as far as there is room: what a person wrote is never cut."""
    longer = f"{notes}\n{line}" if notes else line
    return longer if len(longer) <= limit else notes
