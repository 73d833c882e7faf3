"""Settings: what the operator may write, and what is made when they write nothing."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.support.server import SETTINGS
from troubleshoot_app.core.settings import Settings

LONG_ENOUGH = "0123456789abcdef" * 2


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment in which nothing is set but where files go."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "var"))
    return monkeypatch


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://help.example.org", "https://help.example.org"),
        ("https://Help.Example.ORG/", "https://help.example.org"),
        ("https://help.example.org:443", "https://help.example.org"),
        ("http://localhost:80", "http://localhost"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("https://hilfe.bücher.example", "https://hilfe.xn--bcher-kva.example"),
    ],
)
def test_the_public_url_is_kept_as_browsers_write_an_origin(
    environment: pytest.MonkeyPatch, written: str, origin: str
):
    environment.setenv("PUBLIC_URL", written)
    assert Settings().base_url == origin
    assert Settings().allowed_origins == [origin]


@pytest.mark.parametrize(
    "written",
    [
        "help.example.org", "ftp://help.example.org", "https://", "https:///path", "https://a.example/app",
        "https://user@a.example", "https://a.example?x=1", "https://a.example#x", "https://a.example:port",
        "https://a.example:99999", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_other_public_urls_are_refused_with_an_example(environment: pytest.MonkeyPatch, written: str):
    environment.setenv("PUBLIC_URL", written)
    with pytest.raises(ValidationError, match=r"PUBLIC_URL must look like https://help\.example\.org"):
        Settings()


def test_without_a_public_url_the_pages_are_on_loopback(environment: pytest.MonkeyPatch):
    environment.setenv("PORT", "4711")
    assert Settings().base_url == "http://localhost:4711"
    assert Settings().allowed_origins == ["http://localhost:4711", "http://127.0.0.1:4711"]
    assert not Settings().secure_cookies


def test_cookies_are_secure_as_soon_as_people_come_by_https(environment: pytest.MonkeyPatch):
    environment.setenv("PUBLIC_URL", "https://help.example.org")
    assert Settings().secure_cookies


def test_an_empty_value_counts_as_not_set(environment: pytest.MonkeyPatch):
    for name in ("DATABASE_URL", "SECRET_KEY", "SMTP_URL", "PORT", "PUBLIC_URL"):
        environment.setenv(name, "")
    assert (Settings().database_url, Settings().port) == (None, 3000)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"), ("PORT", "http"), ("SEEN_TIMEOUT_SECONDS", "0"), ("CLAIM_TIMEOUT_SECONDS", "-1"),
        ("CLAIM_TIMEOUT_SECONDS", "9" * 20), ("WORKERS", "0"),
    ],
)  # fmt: skip
def test_numbers_that_make_no_sense_are_refused(environment: pytest.MonkeyPatch, name: str, value: str):
    environment.setenv(name, value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_demo_data_comes_with_the_embedded_database_only(environment: pytest.MonkeyPatch):
    assert Settings().wants_demo_data
    environment.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    assert not Settings().wants_demo_data
    environment.setenv("DEMO_DATA", "true")
    assert Settings().wants_demo_data


def test_a_database_of_ones_own_wants_a_secret_key(environment: pytest.MonkeyPatch):
    environment.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    with pytest.raises(ValueError, match="SECRET_KEY is required when DATABASE_URL is set"):
        Settings().require_secret()
    environment.setenv("SECRET_KEY", LONG_ENOUGH)
    assert Settings().require_secret() == LONG_ENOUGH


def test_a_key_that_is_too_short_is_noticed(environment: pytest.MonkeyPatch):
    assert not Settings().is_secret_short
    environment.setenv("SECRET_KEY", LONG_ENOUGH)
    assert not Settings().is_secret_short
    environment.setenv("SECRET_KEY", LONG_ENOUGH[:-1])
    assert Settings().is_secret_short


def test_the_secret_is_made_once_and_for_its_owner_alone(environment: pytest.MonkeyPatch, tmp_path: Path):
    before = os.umask(0)
    try:
        with ThreadPoolExecutor(8) as threads:
            secrets = set(threads.map(lambda _: Settings().require_secret(), range(8)))
    finally:
        os.umask(before)
    file = tmp_path / "var" / "secret_key"
    assert len(secrets) == 1
    assert secrets == {Settings().require_secret()} == {file.read_text()}
    assert len(file.read_text()) >= 43
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["secret_key"]


@pytest.mark.parametrize("kept", ["\n", LONG_ENOUGH[:-1] + "\n"])
def test_a_secret_that_was_cut_off_is_never_used(environment: pytest.MonkeyPatch, tmp_path: Path, kept: str):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "secret_key").write_text(kept)
    with pytest.raises(ValueError, match=r"is too short to be a key\. Remove it"):
        Settings().require_secret()


def test_secrets_are_not_shown_with_the_settings(environment: pytest.MonkeyPatch):
    environment.setenv("SECRET_KEY", "hush-hush" * 4)
    environment.setenv("SMTP_URL", "smtp://me:hush-hush@mail")
    assert "hush" not in repr(Settings())
