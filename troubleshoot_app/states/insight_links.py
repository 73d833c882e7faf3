"""Addresses of the pages of insight: the range of days is part of each."""

from dataclasses import dataclass
from urllib.parse import urlencode

from troubleshoot_app.core.clock import now
from troubleshoot_app.domain.insight import Figure
from troubleshoot_app.domain.period import last_days
from troubleshoot_app.schemas.insight import Preset

PRESETS = (("7 days", 7), ("30 days", 30), ("90 days", 90), ("1 year", 365))
DEFAULT_DAYS = 30


@dataclass(frozen=True, slots=True)
class Range:
    """From a day to another one, as people write them."""

    since: str
    until: str

    @classmethod
    def asked(cls, parameters: dict[str, str]) -> "Range":
        """Return what an address asks for; the last thirty days where it does not say."""
        since, until = last_days(now().date(), DEFAULT_DAYS)
        return cls(parameters.get("from") or since, parameters.get("to") or until)

    def href(self, path: str, **more: object) -> str:
        """Return the address of a page for this range."""
        wanted = {"from": self.since, "to": self.until} | more
        return (
            f"{path}?{urlencode({name: value for name, value in wanted.items() if value not in ('', None)})}"
        )

    def sessions(self, figure: Figure, **more: object) -> str:
        """Return the address of the list of sessions behind a figure."""
        return self.href("/insights/sessions", figure=figure.value, **more)

    def presets(self, path: str, **more: object) -> list[Preset]:
        """Return the ranges that one can choose at once."""
        ranges = {words: Range(*last_days(now().date(), days)) for words, days in PRESETS}
        return [
            Preset(words=words, href=one.href(path, **more), is_shown=one == self)
            for words, one in ranges.items()
        ]
