"""One's own choices: how to be told of escalations, and when not."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.ids import new_id
from troubleshoot_app.domain.actor import Actor
from troubleshoot_app.domain.quiet_hours import Weekday, known_zones
from troubleshoot_app.models import NotificationChoices
from troubleshoot_app.notifications.silence import apply_choices
from troubleshoot_app.schemas.preferences import CLOCK_PATTERN, Preferences, QuietHoursView
from troubleshoot_app.services import audit
from troubleshoot_app.services.access import of_account
from troubleshoot_app.services.inputs import invalid

_CLOCK = re.compile(CLOCK_PATTERN)
UNCHANGED = object()


def get_preferences(db: Session, actor: Actor) -> Preferences:
    """Return how the actor is told of escalations."""
    mine = of_account(select(NotificationChoices), NotificationChoices, actor)
    row = db.scalars(mine.where(col(NotificationChoices.user_id) == actor.user_id)).one_or_none()
    return _view(row or NotificationChoices(account_id=actor.account_id, user_id=actor.user_id))


def change_preferences(
    db: Session,
    actor: Actor,
    *,
    in_app: object = None,
    email: object = None,
    quiet_hours: object = UNCHANGED,
) -> Preferences:
    """Change what is given of how the actor is told; None ends quiet hours. It counts for what waits for them already.

    Raises:
        Invalid: a value cannot be used.
    """
    row = _lock(db, actor)
    before = _view(row)
    for channel, wanted in (("in_app", in_app), ("email", email)):
        if wanted is not None:
            setattr(row, channel, _switch(wanted, channel))
    if quiet_hours is None:
        row.quiet_zone = ""
    elif quiet_hours is not UNCHANGED:
        _set_quiet_hours(row, quiet_hours)
    db.flush()
    after = _view(row)
    if after != before:
        audit.record(
            db,
            actor,
            "preferences.changed",
            actor.user_id,
            before=before.model_dump(mode="json"),
            after=after.model_dump(mode="json"),
        )
        apply_choices(db, actor.user_id, row.choices)
    return after


def _lock(db: Session, actor: Actor) -> NotificationChoices:
    fresh = NotificationChoices(account_id=actor.account_id, user_id=actor.user_id).model_dump()
    fresh |= {"id": new_id(), "created_at": now()}
    db.execute(insert(NotificationChoices).values(**fresh).on_conflict_do_nothing(index_elements=["user_id"]))
    mine = of_account(select(NotificationChoices), NotificationChoices, actor)
    locked = mine.where(col(NotificationChoices.user_id) == actor.user_id).with_for_update()
    return db.scalars(locked.execution_options(populate_existing=True)).one()


def _set_quiet_hours(row: NotificationChoices, wanted: object) -> None:
    if not isinstance(wanted, Mapping):
        raise invalid("quiet_hours", "Quiet hours must have a start, an end and a zone.")
    start, end = (_clock(wanted.get(name), name) for name in ("start", "end"))
    if start == end:
        raise invalid("end", "Quiet hours must end at another time than they start.")
    zone = wanted.get("zone")
    if not isinstance(zone, str) or zone not in known_zones():
        raise invalid("zone", "Choose a time zone such as Europe/Berlin.")
    row.quiet_days = _days(wanted.get("days", list(Weekday)))
    row.quiet_start, row.quiet_end, row.quiet_zone = start, end, zone


def _switch(value: object, field: str) -> bool:
    if not isinstance(value, bool):
        raise invalid(field, f"{field.capitalize().replace('_', ' ')} must be true or false.")
    return value


def _clock(value: object, field: str) -> time:
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise invalid(field, f"The {field} of quiet hours must be a time such as 22:00.")
    return time.fromisoformat(value)


def _days(value: Any) -> list[str]:
    if not isinstance(value, list | tuple | set | frozenset) or not set(map(str, value)) <= set(Weekday):
        raise invalid("days", f"Days must be some of: {', '.join(Weekday)}.")
    if not value:
        raise invalid("days", "Choose at least one day for your quiet hours, or switch them off.")
    chosen = set(map(str, value))
    return [day for day in Weekday if day in chosen]


def _view(row: NotificationChoices) -> Preferences:
    quiet = QuietHoursView(
        start=f"{row.quiet_start:%H:%M}",
        end=f"{row.quiet_end:%H:%M}",
        zone=row.quiet_zone,
        days=[Weekday(day) for day in row.quiet_days],
    )
    return Preferences(in_app=row.in_app, email=row.email, quiet_hours=quiet if row.quiet_zone else None)
