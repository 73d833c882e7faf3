"""The people of the account: the list, their rights, and who leaves."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from tests.api.conftest import PASSWORD, As
from tests.services.at_once import at_once
from tests.support.asgi import Api
from tests.support.people import Person, Team, add_person
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.models import AuditEntry, Presence, User

ROLES = ("viewer", "engineer", "admin", "owner")


def codes(*answers: Any) -> list[int]:
    return [answer.status_code for answer in answers]


class TestTheList:
    def test_who_is_here_and_who_is_online(self, api_as: As, team: Team, strangers: Team):
        def connect(db: Session) -> None:
            for person, age in ((team.viewer, 0), (team.admin, 60), (strangers.viewer, 0)):
                row = Presence(
                    instance_id=uuid4(), socket_id="s", account_id=person.actor.account_id, user_id=person.id,
                    seen_at=now() - timedelta(seconds=age),
                )  # fmt: skip
                db.add(row)

        transact(connect)
        body = api_as(team.engineer).get("/users").json()
        assert (body.keys(), body["next_cursor"]) == ({"items", "next_cursor"}, None)
        assert [person["email"].partition("@")[0] for person in body["items"]] == [
            "owner", "admin", "engineer2", "engineer", "viewer",
        ]  # fmt: skip
        assert {person["email"]: person["online"] for person in body["items"] if person["online"]} == {
            "viewer@acme.test": True
        }
        assert {person["account"]["id"] for person in body["items"]} == {str(team.account_id)}
        assert body["items"][0].keys() == {
            "id", "email", "name", "role", "account", "is_active", "created_at", "online",
            "last_seen_at", "unreachable",
        }  # fmt: skip

    def test_it_comes_in_pages(self, api_as: As, team: Team):
        me, seen, query = api_as(team.engineer), [], "limit=2"
        while query:
            page = me.get(f"/users?{query}").json()
            seen += [person["id"] for person in page["items"]]
            query = f"limit=2&cursor={page['next_cursor']}" if page["next_cursor"] else ""
            transact(lambda db: add_person(db, team.account_id, Role.VIEWER))  # does not move the next page
        people = (team.owner, team.admin, team.engineer2, team.engineer, team.viewer)
        assert seen == [str(person.id) for person in people]

    @pytest.mark.parametrize(
        "query",
        ["limit=0", "limit=201", "limit=x", "cursor=x", "cursor=%00", "cursor=", "limit=1&cursor=%F0%9F"],
    )
    def test_what_is_no_page(self, api_as: As, team: Team, query: str):
        answer = api_as(team.engineer).get(f"/users?{query}")
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")

    def test_it_is_for_seniors(self, api: Api, api_as: As, team: Team):
        assert codes(api.get("/users"), api_as(team.viewer).get("/users")) == [401, 403]
        for person in team.seniors:
            assert api_as(person).get("/users").status_code == 200


class TestChanging:
    def test_name_role_and_whether_active(self, api_as: As, team: Team):
        admin, path = api_as(team.admin), f"/users/{team.viewer.id}"
        assert admin.patch(path, {"name": " Vera\n V. "}).json()["name"] == "Vera V."
        assert admin.patch(path, {"role": "engineer"}).json()["role"] == "engineer"
        changed = admin.patch(path, {"name": "Vera", "role": "admin", "is_active": False}).json()
        assert (changed["name"], changed["role"], changed["is_active"]) == ("Vera", "admin", False)
        assert changed.keys() == {"id", "email", "name", "role", "account", "is_active", "created_at"}
        assert admin.patch(path, {}).json() == changed
        assert admin.patch(path, {"name": None, "role": None, "is_active": None}).json() == changed

    def test_rights_count_at_the_next_request(self, api_as: As, team: Team):
        admin, erin = api_as(team.admin), api_as(team.engineer)
        path = f"/users/{team.engineer.id}"
        for role, code in (("viewer", 403), ("admin", 200), ("viewer", 403), ("engineer", 200)):
            assert admin.patch(path, {"role": role}).status_code == 200
            assert erin.get("/users").status_code == code

    def test_who_is_locked_out_is_signed_out(self, api: Api, api_as: As, team: Team):
        erin, path = api_as(team.engineer), f"/users/{team.engineer.id}"
        given = api.post("/auth/login/json", {"email": "engineer@acme.test", "password": PASSWORD}).json()
        assert api_as(team.admin).patch(path, {"is_active": False}).status_code == 200
        assert erin.get("/auth/me").status_code == 401
        assert api_as(team.admin).patch(path, {"is_active": True}).status_code == 200
        assert erin.get("/auth/me").status_code == 401
        assert api.post("/auth/refresh", {"refresh_token": given["refresh_token"]}).status_code == 401
        assert (
            api.post("/auth/login/json", {"email": "engineer@acme.test", "password": PASSWORD}).status_code
            == 200
        )

    @pytest.mark.parametrize(
        "body",
        [
            {"name": ""}, {"name": "x" * 201}, {"name": "\0"}, {"name": 5}, {"name": "x" * 10_000}, {"role": "king"},
            {"role": ""}, {"role": 1}, {"is_active": "no"}, {"is_active": 2}, {"email": "new@acme.test"}, [], "x",
            {"account_id": "1"}, {"is_active": []},
        ],
    )  # fmt: skip
    def test_what_cannot_be_used(self, api_as: As, team: Team, body: Any):
        answer = api_as(team.owner).patch(f"/users/{team.viewer.id}", body)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")

    def test_it_is_for_admins(self, api: Api, api_as: As, team: Team):
        path = f"/users/{team.engineer2.id}"
        for person in (team.viewer, team.engineer, team.engineer2):
            asked = api_as(person)
            assert codes(asked.patch(path, {"name": "X"}), asked.delete(path)) == [403, 403]
        assert codes(api.patch(path, {"name": "X"}), api.delete(path)) == [401, 401]


class TestOwners:
    def test_only_owners_make_and_unmake_owners(self, api_as: As, team: Team):
        admin, owner = api_as(team.admin), api_as(team.owner)
        theirs, mine = f"/users/{team.owner.id}", f"/users/{team.admin.id}"
        assert (
            codes(
                admin.patch(mine, {"role": "owner"}),
                admin.patch(f"/users/{team.viewer.id}", {"role": "owner"}),
                admin.patch(theirs, {"role": "admin"}),
                admin.patch(theirs, {"is_active": False}),
                admin.delete(theirs),
            )
            == [403] * 5
        )
        assert owner.patch(mine, {"role": "owner"}).status_code == 200
        assert admin.patch(theirs, {"role": "viewer"}).status_code == 200

    def test_nobody_raises_themselves(self, api_as: As, team: Team):
        for person in (team.viewer, team.engineer):
            for role in ROLES:
                assert api_as(person).patch(f"/users/{person.id}", {"role": role}).status_code == 403
        assert api_as(team.admin).patch(f"/users/{team.admin.id}", {"role": "owner"}).status_code == 403

    def test_the_last_owner_stays(self, api_as: As, team: Team):
        owner, path = api_as(team.owner), f"/users/{team.owner.id}"

        def attempts() -> list[int]:
            bodies: list[dict[str, Any]] = [{"role": "admin"}, {"is_active": False}]
            return codes(*(owner.patch(path, body) for body in bodies), owner.delete(path))

        assert attempts() == [409, 409, 409]
        assert (
            owner.patch(f"/users/{team.admin.id}", {"role": "owner", "is_active": False}).status_code == 200
        )
        assert attempts() == [409, 409, 409]
        assert owner.patch(f"/users/{team.admin.id}", {"is_active": True}).status_code == 200
        assert owner.patch(path, {"role": "admin"}).status_code == 200
        assert owner.get("/auth/me").json()["role"] == "admin"

    def test_two_owners_cannot_unmake_each_other_at_once(self, api_as: As, team: Team):
        for _ in range(5):
            transact(lambda db: _make_owners(db, team))
            outcome = at_once(
                [
                    partial(api_as(team.owner).patch, f"/users/{team.admin.id}", {"role": "viewer"}),
                    partial(api_as(team.admin).patch, f"/users/{team.owner.id}", {"role": "viewer"}),
                ]
            )
            assert sorted(codes(*outcome.answers)) == [200, 403]


class TestLeaving:
    def test_who_left_is_gone_but_for_the_history(self, api: Api, api_as: As, team: Team):
        erin, admin, path = api_as(team.engineer), api_as(team.admin), f"/users/{team.engineer.id}"
        session = erin.get("/auth/me").json()
        answer = admin.delete(path)
        assert (answer.status_code, answer.content) == (204, b"")
        assert erin.get("/auth/me").status_code == 401
        assert session["id"] not in admin.get("/users").text
        assert codes(admin.delete(path), admin.patch(path, {"is_active": True})) == [404, 404]
        credentials = {"email": "engineer@acme.test", "password": PASSWORD}
        assert api.post("/auth/login/json", credentials).status_code == 401
        kept = transact(lambda db: db.get_one(User, team.engineer.id))
        assert (kept.name, kept.is_active) == (team.engineer.name, False)

    def test_the_address_is_free_again(self, api: Api, api_as: As, team: Team):
        assert api_as(team.admin).delete(f"/users/{team.engineer.id}").status_code == 204
        person = {"email": "engineer@acme.test", "password": PASSWORD, "name": "E", "account_name": "Own"}
        assert api.post("/auth/register", person).status_code == 201


def test_strangers_and_nobody_look_alike(api_as: As, team: Team, strangers: Team):
    admin = api_as(team.admin)
    unknown = ["018f0000-0000-7000-8000-000000000000", "x", "%00", "1", str(team.account_id)]
    for ask in (
        admin.delete,
        lambda path: admin.patch(path, {"role": "owner"}),
        lambda path: admin.patch(path, {}),
    ):
        answers = [ask(f"/users/{user_id}") for user_id in (str(strangers.viewer.id), *unknown)]
        assert set(codes(*answers)) == {404}
        assert len({answer.content for answer in answers}) == 1
    owner: Person = strangers.owner
    assert api_as(owner).get("/auth/me").status_code == 200


def test_changes_of_rights_are_on_record(api_as: As, team: Team):
    admin = api_as(team.admin)
    admin.patch(f"/users/{team.viewer.id}", {"role": "engineer"})
    admin.patch(f"/users/{team.viewer.id}", {"role": "engineer"})
    admin.patch(f"/users/{team.viewer.id}", {"is_active": False})
    admin.delete(f"/users/{team.viewer.id}")

    def kept(db: Session) -> list[Any]:
        entries = db.scalars(
            select(AuditEntry)
            .where(col(AuditEntry.subject_id) == team.viewer.id)
            .order_by(col(AuditEntry.id))
        )
        return [(entry.action, entry.actor_id, entry.details) for entry in entries]

    assert transact(kept) == [
        ("user.changed", team.admin.id, {"before": {"role": "viewer"}, "after": {"role": "engineer"}}),
        ("user.changed", team.admin.id, {"before": {"is_active": True}, "after": {"is_active": False}}),
        ("user.deleted", team.admin.id, {"role": "engineer"}),
    ]


def _make_owners(db: Session, team: Team) -> None:
    for person in (team.owner, team.admin):
        db.get_one(User, person.id).role = Role.OWNER
