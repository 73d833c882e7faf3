"""The audit log in words."""

from typing import Any

import pytest

from troubleshoot_app.domain.audit_words import AuditKind, kind_of, sentence


@pytest.mark.parametrize(
    ("action", "details", "words"),
    [
        ("user.invited", {"email": "a@b.test", "role": "engineer"}, "Adam invited a@b.test as engineer."),
        (
            "user.changed",
            {"before": {"role": "viewer", "is_active": True}, "after": {"role": "admin", "is_active": False}},
            "Adam changed the role of Vera from viewer to admin and deactivated Vera.",
        ),
        ("tree.published", {"version": 3}, "Adam published version 3 of “Vera”."),
        ("tree.restored", {"version": 2}, "Adam took version 2 of “Vera” back as the draft."),
        (
            "tree.created",
            {"title": "x", "via": "command line"},
            "Adam made the tree “Vera” (by command line).",
        ),
        ("webhook.changed", {"before": {}}, "Adam changed the webhook to Vera."),
        ("user.invited", {}, "Adam invited ? as ?."),
        ("thing.of_another_time", {}, "Adam thing of another time: Vera."),
    ],
)
def test_an_entry_is_a_sentence(action: str, details: dict[str, Any], words: str):
    assert sentence(action, details, actor="Adam", subject="Vera") == words


def test_what_the_server_did_by_itself_says_so():
    assert sentence("handoff.reopened", {}, actor="", subject="Hall 3").startswith("The server opened")


def test_every_kind_has_its_actions():
    actions = (
        "user.changed",
        "password.reset",
        "tree.published",
        "handoff.opened",
        "preferences.changed",
        "webhook.pinged",
    )
    assert {kind_of(action) for action in actions} == set(AuditKind)
    assert kind_of("something.else") is None
