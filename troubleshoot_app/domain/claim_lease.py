"""Claims do not last for ever: one that is left alone is offered back to its claimer, and at last opened again."""

from datetime import datetime, timedelta
from enum import Enum

TIME_TO_ANSWER = timedelta(minutes=5)


class ClaimStep(Enum):
    """What is to happen to a claim now."""

    NOTHING = "nothing"
    OFFER_BACK = "offer back"
    TAKE_OFFER_BACK = "take the offer back"
    REOPEN = "reopen"


def claim_step(
    touched_at: datetime,
    offered_at: datetime | None,
    now: datetime,
    *,
    lease: timedelta,
    claimer_may_keep_it: bool = True,
) -> ClaimStep:
    """Decide on a claim that its holder last touched (a step, a note, a word that they are on it) at ``touched_at``.

    ``offered_at`` is when they were asked whether they are still on it. Whoever touches the case has answered. Somebody
    who may not claim any more, such as one who was deactivated, is not asked.
    """
    if not claimer_may_keep_it:
        return ClaimStep.REOPEN
    if offered_at is None:
        return ClaimStep.OFFER_BACK if now >= touched_at + lease else ClaimStep.NOTHING
    if touched_at > offered_at:
        return ClaimStep.TAKE_OFFER_BACK
    return ClaimStep.REOPEN if now >= offered_at + TIME_TO_ANSWER else ClaimStep.NOTHING
