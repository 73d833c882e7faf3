"""A technician who escalates over REST and, when the line or the server fails, tries again with the same key."""

import json
import time
import urllib.error
import urllib.request
from uuid import uuid4

from tests.support.people import Person, Team, start
from tests.support.server import Server
from troubleshoot_app.core.db import transact
from troubleshoot_app.services.tokens import issue_access_token

ANSWER_SECONDS = 15
RETRY_SECONDS = 0.1
PATIENCE_SECONDS = 60


class Escalation:
    """One escalation under way; ``press`` may be repeated, and counts once."""

    def __init__(self, server: Server, team: Team, person: Person | None = None) -> None:
        """Start a session to escalate."""
        self._person = person or team.viewer
        session = transact(start, team, self._person)
        self._url = f"{server.url}/api/v1/sessions/{session.id}/handoff"
        self._key = str(uuid4())
        self.answer: str | None = None
        self.seconds = 0.0

    def press(self) -> str | None:
        """Send it once; return the id of the handoff when the server answered, None when nobody did."""
        token = issue_access_token(self._person.id, self._person.actor.sign_in_id).text
        request = urllib.request.Request(
            self._url,
            data=json.dumps({"intent": "escalate", "reason": "Under fire."}).encode(),
            headers={
                "Authorization": f"Bearer {token}",
                "Content-Type": "application/json",
                "Idempotency-Key": self._key,
                "Connection": "close",
            },
        )
        begin = time.monotonic()
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as answer:
                self.answer = json.load(answer)["id"]
        except urllib.error.HTTPError as error:
            if error.code < 500 and error.code != 409:
                raise
        except (OSError, ValueError):
            pass  # the server is gone in the middle of it; whether it was written is what the test is about
        self.seconds = time.monotonic() - begin
        return self.answer

    def insist(self) -> str:
        """Press until it is answered."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.press() is None:
            assert time.monotonic() < deadline, "nobody answers any more"
            time.sleep(RETRY_SECONDS)
        assert self.answer is not None
        return self.answer
