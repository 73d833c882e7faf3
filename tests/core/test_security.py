"""Passwords of any length and alphabet, and tokens."""

import time
from collections.abc import Callable, Iterator

import pytest

from troubleshoot_app.core import security
from troubleshoot_app.core.security import hash_password, new_token, token_hash, verify_password


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashes that cost little, for tests that are not about their cost."""
    monkeypatch.setattr(security, "BCRYPT_ROUNDS", 4)
    security._hash_of_nobody.cache_clear()
    yield
    security._hash_of_nobody.cache_clear()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("chosen", "other"),
    [
        ("x" * 72 + "a", "x" * 72 + "b"),
        ("x" * 300, "x" * 301),
        ("before\0after", "before\0later"),
        ("before\0", "before"),
        ("\0" * 8, "\0" * 9),
        ("pass word", "password"),
        ("Password", "password"),
        ("п" * 40 + "а", "п" * 40 + "б"),
        ("\ud800" * 8, "\ud801" * 8),
        ("🔑" * 20, "🔑" * 19),
    ],
)
def test_every_character_of_a_password_counts(chosen: str, other: str):
    kept = hash_password(chosen)
    assert verify_password(chosen, kept)
    assert not verify_password(other, kept)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("typed_here", "typed_there"),
    [
        ("caf\u00e9-brûlé", "cafe\u0301-bru\u0302le\u0301"),
        ("ﬁfteen", "fifteen"),
        ("１２３４５６７８", "12345678"),
    ],
)
def test_keyboards_that_write_the_same_differently_both_fit(typed_here: str, typed_there: str):
    assert typed_here != typed_there
    assert verify_password(typed_there, hash_password(typed_here))


@pytest.mark.usefixtures("quick")
def test_the_same_password_is_never_kept_the_same_way():
    assert hash_password("demo-password") != hash_password("demo-password")


def test_nothing_fits_nobody():
    assert not verify_password("", None)
    assert not verify_password("demo-password", None)


def test_a_hash_costs_what_it_should_and_an_unknown_user_as_much_as_a_wrong_password():
    kept = hash_password("demo-password")
    assert kept.startswith("$2b$12$")
    verify_password("warm", None)
    ratio = seconds(lambda: verify_password("wrong", None)) / seconds(lambda: verify_password("wrong", kept))
    assert 0.5 < ratio < 2


def test_tokens_are_long_and_kept_as_something_else():
    token = new_token()
    assert len(token) >= 43
    assert token not in token_hash(token)
    assert token_hash(token) == token_hash(token) != token_hash(new_token())
    assert len(token_hash("\ud800\0")) == 64


def seconds(work: Callable[[], object]) -> float:
    """Return the least time of two tries: the processor's, which does not depend on what else it does."""
    times = []
    for _ in range(2):
        begin = time.thread_time()
        work()
        times.append(time.thread_time() - begin)
    return min(times)
