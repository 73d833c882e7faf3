"""How people want to be told of escalations, and where they are signed in, as pages and API show it."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from troubleshoot_app.domain.quiet_hours import Weekday
from troubleshoot_app.schemas.lists import Page
from troubleshoot_app.schemas.people import Body

CLOCK_PATTERN = r"^([01]\d|2[0-3]):[0-5]\d$"
_READ_AT_MOST = 100

# What is no time, zone or day is refused by the service, in a sentence.
Clock = Annotated[str, Field(max_length=_READ_AT_MOST, json_schema_extra={"pattern": CLOCK_PATTERN})]
Zone = Annotated[str, Field(max_length=_READ_AT_MOST, json_schema_extra={"examples": ["Europe/Berlin"]})]


class QuietHoursView(Body):
    """From ``start`` until ``end`` on the clocks of ``zone``, over midnight when the end is the earlier one; ``days`` are
    those on which it begins."""

    start: Clock
    end: Clock
    zone: Zone
    days: list[Weekday] = Field(default_factory=lambda: list(Weekday), json_schema_extra={"minItems": 1})


class Preferences(BaseModel):
    """Which channels somebody wants to be told by, and when not; null quiet hours are none."""

    in_app: bool
    email: bool
    quiet_hours: QuietHoursView | None


class PreferenceChanges(Body):
    """What to change; what is left out stays, and null quiet hours end them."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"quiet_hours": {"start": "22:00", "end": "07:00", "zone": "Europe/Berlin"}},
                {"email": False, "quiet_hours": None},
            ]
        },
    )

    in_app: StrictBool | None = None
    email: StrictBool | None = None
    quiet_hours: QuietHoursView | None = None


class SignInView(BaseModel):
    """A browser or a program that is signed in; ``label`` is what it says of itself, and ``is_this`` the one that asks."""

    id: str
    label: str
    is_browser: bool
    is_this: bool
    created_at: datetime
    seen_at: datetime


class SignInPage(Page[SignInView]):
    """Part of the list of where somebody is signed in."""
