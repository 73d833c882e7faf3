"""What the escalator reads of each person, out of what is on record of both channels."""

from datetime import UTC, datetime

import pytest

from troubleshoot_app.domain.handoff import DeliveryStatus, HandoffStatus
from troubleshoot_app.domain.watching import (
    Attempt,
    Heard,
    Hearing,
    advice_to_escalator,
    hearing,
    plain_reason,
)

AT = datetime(2025, 11, 18, 10, 4, tzinfo=UTC)
LATER = datetime(2025, 11, 19, 6, 0, tzinfo=UTC)
REFUSED = "The mail server refused kim@example.org: 550 5.1.1 No such user"
QUIET = "Quiet hours until 07:00 (Europe/Berlin)."

pending = Attempt(DeliveryStatus.PENDING)
on_screen = Attempt(DeliveryStatus.SENT, sent_at=AT)
seen = Attempt(DeliveryStatus.SEEN, sent_at=AT, seen_at=AT)
nowhere = Attempt(DeliveryStatus.SKIPPED, error="Not connected.")
mailed = Attempt(DeliveryStatus.SENT, attempts=1, sent_at=AT)
refused = Attempt(DeliveryStatus.FAILED, attempts=1, error=REFUSED)
retried = Attempt(
    DeliveryStatus.PENDING, attempts=2, error="The mail server at a:25 did not answer in time.", next_attempt_at=LATER
)  # fmt: skip
quiet = Attempt(DeliveryStatus.PENDING, silenced=True, error=QUIET, next_attempt_at=LATER)
not_chosen = Attempt(DeliveryStatus.SKIPPED, silenced=True, error="Chose not to be mailed.")
seen_so_not_mailed = Attempt(DeliveryStatus.SKIPPED, error="Seen on screen.")


@pytest.mark.parametrize(
    ("screen", "mail", "expected"),
    [
        (seen, seen_so_not_mailed, Hearing(Heard.SEEN, AT)),
        (seen, mailed, Hearing(Heard.SEEN, AT)),
        (nowhere, mailed, Hearing(Heard.MAILED, AT)),
        (on_screen, mailed, Hearing(Heard.MAILED, AT)),
        (nowhere, refused, Hearing(Heard.FAILED, why="mailbox unknown")),
        (on_screen, refused, Hearing(Heard.FAILED, why="mailbox unknown")),
        (nowhere, retried, Hearing(Heard.TRIED_AGAIN, LATER, "mail server not reachable")),
        (on_screen, pending, Hearing(Heard.ON_SCREEN, AT)),
        (on_screen, not_chosen, Hearing(Heard.ON_SCREEN, AT)),
        (nowhere, pending, Hearing(Heard.ON_ITS_WAY)),
        (pending, not_chosen, Hearing(Heard.ON_ITS_WAY)),
        (quiet, quiet, Hearing(Heard.QUIET, LATER, QUIET)),
        (quiet, not_chosen, Hearing(Heard.QUIET, LATER, QUIET)),
        (nowhere, not_chosen, Hearing(Heard.NOT_CHOSEN, why="Chose not to be mailed.")),
        (nowhere, Attempt(DeliveryStatus.SKIPPED, error="No longer a senior."),
         Hearing(Heard.NOT_TOLD, why="No longer a senior.")),
    ],
)  # fmt: skip
def test_what_counts_most_is_said(screen: Attempt, mail: Attempt, expected: Hearing):
    assert hearing(screen, mail) == expected


def test_when_nobody_has_heard_of_it_nor_will_it_says_what_to_do():
    hopeless = [Heard.FAILED, Heard.QUIET, Heard.NOT_CHOSEN, Heard.NOT_TOLD]
    assert advice_to_escalator([], HandoffStatus.OPEN).startswith("Nobody was told: there is no other senior")
    assert advice_to_escalator(hopeless, HandoffStatus.OPEN).startswith(
        "Nobody could be reached so far. Call"
    )
    for hope in set(Heard) - set(hopeless):
        assert advice_to_escalator([*hopeless, hope], HandoffStatus.OPEN) == ""
    for status in set(HandoffStatus) - {HandoffStatus.OPEN}:
        assert advice_to_escalator(hopeless, status) == ""


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (REFUSED, "mailbox unknown"),
        ("The mail server refused a@b.c: 550 User unknown", "mailbox unknown"),
        ("The mail server refused a@b.c: 552 5.2.2 Over quota", "mailbox full"),
        ("The mail server refused a@b.c: 550 5.2.1 Mailbox disabled", "mailbox closed"),
        ("The mail server refused the mail: 554 Looks like spam", "taken for spam"),
        ("The mail server at mx:25 cannot be used: Connection refused", "mail server not reachable"),
        ("The mail server refused the mail: 554 Something else.",
         "The mail server refused the mail: 554 Something else"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_mail_servers_say_in_plain_words(said: str, words: str):
    assert plain_reason(said) == words
