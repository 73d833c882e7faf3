"""The API in this process, on a database that is emptied after each test, with two accounts on it."""

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import update
from sqlmodel import Session

from tests.support.asgi import Api, running
from tests.support.people import Person, Team, add_team
from tests.support.smtp import MailServer, ReceivedMail
from troubleshoot_app.core import security
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.models import User
from troubleshoot_app.services import throttle
from troubleshoot_app.services.tokens import issue_access_token

PASSWORD = "a password of some length"


@pytest.fixture(autouse=True)
def _quick_and_forgiving(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes cost little, and what was counted in one test does not count in the next."""
    monkeypatch.setattr(security, "BCRYPT_ROUNDS", 4)
    security._hash_of_nobody.cache_clear()
    throttle.forget_counts()
    yield
    security._hash_of_nobody.cache_clear()
    throttle.forget_counts()


@pytest.fixture
def api(clean_database: str) -> Iterator[Api]:
    """The API, asked by nobody in particular."""
    with running() as api:
        yield api


@pytest.fixture
def team(clean_database: str) -> Team:
    """An account with somebody of each role; all have the same password."""
    return transact(team_with_passwords, "acme")


@pytest.fixture
def strangers(clean_database: str) -> Team:
    """Another account."""
    return transact(team_with_passwords, "other")


class As:
    """``api_as(team.admin)`` returns the API as asked by an admin."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def __call__(self, person: Person) -> Api:
        token = issue_access_token(person.id, person.actor.sign_in_id)
        return self._api.signed_in(token.text)


@pytest.fixture
def api_as(api: Api) -> As:
    """Ask as somebody."""
    return As(api)


def team_with_passwords(db: Session, name: str) -> Team:
    """Add an account with somebody of each role; all have the same password."""
    team = add_team(db, name)
    db.execute(
        update(User)
        .where(User.__table__.c.account_id == team.account_id)
        .values(password_hash=security.hash_password(PASSWORD))
    )
    return team


@pytest.fixture
def mails(smtp: MailServer, monkeypatch: pytest.MonkeyPatch) -> MailServer:
    """The mail server for what the API in this process has to send; ``post`` takes it there."""
    monkeypatch.setattr(get_settings(), "public_url", "https://help.example.test")
    return smtp


def link_in(mail: ReceivedMail, path: str) -> str:
    """Return the secret in the link of a mail, the same in text and HTML."""
    texts = [part.get_content() for part in mail.message.walk() if not part.is_multipart()]
    pattern = rf"https://help\.example\.test{re.escape(path)}([A-Za-z0-9_-]+)"
    found = {secret for text in texts for secret in re.findall(pattern, text)}
    assert len(texts) == 2
    (secret,) = found
    return str(secret)
