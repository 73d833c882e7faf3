"""One's own choices: what is kept, what is refused, and what is on record of it."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from tests.support.people import Team, add_team, ask
from troubleshoot_app.core.errors import Invalid
from troubleshoot_app.models import AuditEntry
from troubleshoot_app.services import preferences
from troubleshoot_app.services.preferences import change_preferences, get_preferences

NIGHT = {"start": "22:00", "end": "07:00", "zone": "Europe/Berlin"}
WEEK = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@pytest.fixture
def team(db: Session) -> Team:
    return add_team(db)


def test_who_has_chosen_nothing_is_told_by_every_channel_at_any_time(db: Session, team: Team):
    mine = ask(db, team.engineer, get_preferences)
    assert mine.model_dump() == {"in_app": True, "email": True, "quiet_hours": None}


def test_what_is_left_out_stays_and_nobody_else_is_changed(db: Session, team: Team):
    ask(db, team.engineer, change_preferences, quiet_hours=NIGHT)
    ask(db, team.engineer, change_preferences, email=False)
    mine = ask(db, team.engineer, get_preferences).model_dump(mode="json")
    assert mine == {"in_app": True, "email": False, "quiet_hours": NIGHT | {"days": WEEK}}
    assert ask(db, team.engineer2, get_preferences).email
    assert ask(db, team.engineer, change_preferences, quiet_hours=None).quiet_hours is None


def test_days_are_kept_in_the_order_of_the_week(db: Session, team: Team):
    quiet = NIGHT | {"days": ["sun", "fri", "fri"]}
    mine = ask(db, team.engineer, change_preferences, quiet_hours=quiet)
    assert mine.quiet_hours is not None
    assert mine.quiet_hours.days == ["fri", "sun"]


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"start": "22"}, "start", "must be a time such as 22:00"),
        ({"end": "24:00"}, "end", "must be a time such as 22:00"),
        ({"end": "22:00"}, "end", "must end at another time"),
        ({"zone": "Mars/Olympus_Mons"}, "zone", "such as Europe/Berlin"),
        ({"zone": "../etc/passwd"}, "zone", "such as Europe/Berlin"),
        ({"days": []}, "days", "at least one day"),
        ({"days": ["someday"]}, "days", "must be some of"),
        ({"days": "mon"}, "days", "must be some of"),
    ],
)
def test_what_is_no_quiet_hours_is_refused_and_changes_nothing(
    db: Session, team: Team, wrong: dict[str, Any], field: str, sentence: str
):
    with pytest.raises(Invalid, match=sentence) as refusal:
        ask(db, team.engineer, change_preferences, quiet_hours=NIGHT | wrong)
    assert [error["loc"] for error in refusal.value.errors] == [[field]]


def test_a_change_is_on_record_and_no_change_is_not(db: Session, team: Team):
    for _ in range(2):
        ask(db, team.engineer, preferences.change_preferences, email=False)
    entries = db.scalars(select(AuditEntry).where(col(AuditEntry.action) == "preferences.changed")).all()
    assert [(entry.actor_id, entry.subject_id) for entry in entries] == [(team.engineer.id, team.engineer.id)]
    assert entries[0].details["before"]["email"] is True
    assert entries[0].details["after"]["email"] is False
