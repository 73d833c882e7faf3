"""The log is for programs to read, says what each line is about, and keeps every secret to itself."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg2
import pytest

from tests.conftest import SECRET_KEY
from tests.notifications.workers import eventually
from tests.support.asgi import PREFIX
from tests.support.pages import DEMO_PASSWORD
from tests.support.postgres import Cluster
from tests.support.receiver import Receiver
from tests.support.reflex_socket import COOKIE, ReflexSocket
from tests.support.server import Server
from tests.support.smtp import MailServer
from troubleshoot_app.api.requests import HEADER

NEW_PASSWORD = "a-new-password-nobody-guesses"
NOTE = "The door code of the customer is 4711"
REQUEST_ID = "from-the-proxy-0001"


@pytest.fixture
def logging_server(
    frontend: None, cluster: Cluster, worker_name: str, smtp: MailServer, tmp_path: Path
) -> Iterator[Server]:
    """A server with the demo data whose log is for programs."""
    server = Server(
        tmp_path,
        DATABASE_URL=cluster.database(f"log_{worker_name}"),
        SECRET_KEY=SECRET_KEY,
        SMTP_URL=smtp.url,
        DEMO_DATA="true",
        LOG_FORMAT="json",
        WEBHOOK_ALLOW_PRIVATE="true",
    )
    server.start()
    yield server
    server.stop()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A program that is told."""
    receiver = Receiver()
    yield receiver
    receiver.close()


def lines_of(server: Server) -> list[dict[str, Any]]:
    """Return the lines of the log; each has to be one JSON object."""
    return [json.loads(line) for line in server.log_text().splitlines()]


def test_each_line_says_what_it_is_about_and_none_says_a_secret(
    logging_server: Server, smtp: MailServer, receiver: Receiver, aio: Any
):
    server = logging_server
    with httpx.Client(base_url=server.url + PREFIX, headers={HEADER: REQUEST_ID}) as client:
        secrets = [SECRET_KEY, DEMO_PASSWORD, NEW_PASSWORD, NOTE, *sign_in(client)]
        admin = tokens_of(client, "admin@demo.test")
        viewer = tokens_of(client, "viewer@demo.test")
        secrets += [*admin.values(), *viewer.values()]
        secrets += [
            reset_password(client, smtp),
            invite(client, admin, smtp),
            tell_a_program(client, admin, receiver),
        ]
        session_id = escalate(client, viewer)
        eventually(lambda: bool(smtp.to("engineer@demo.test")))
        broken(server, "webhook")
        secret_url = f"{receiver.url}&key=key-of-the-receiver"
        failed = client.post(
            "/webhooks", json={"url": secret_url, "events": ["handoff.opened"]}, headers=bearer(admin)
        )
        assert failed.status_code == 500
        secrets.append("key-of-the-receiver")
        cookie = client.cookies[COOKIE]
        unheard = client.get("/auth/me", headers={HEADER: "two words\u00e9"[:9], **bearer(viewer)})
    broken(server, "handoff")
    aio(open_page(server, cookie))
    assert server.stop() == 0
    lines = lines_of(server)
    for secret in secrets:
        assert secret not in server.log_text()
    assert failed.headers[HEADER] == REQUEST_ID
    assert re.fullmatch(r"[0-9a-f]{16}", unheard.headers[HEADER])
    (bug,) = [line for line in lines if line.get("error_id") == failed.json()["error_id"]]
    assert bug["request_id"] == REQUEST_ID
    assert bug["user_id"]
    assert "Traceback" in bug["trace"]
    (pressed,) = [
        line
        for line in lines
        if line["message"].startswith(f"POST {PREFIX}/sessions/{session_id}/handoff 201")
    ]
    assert (pressed["level"], pressed["session_id"]) == ("info", session_id)
    assert {"time", "logger", "request_id", "account_id", "user_id"} <= set(pressed)
    (missed, *_) = [line for line in lines if line["message"].endswith("in an event on /handoffs")]
    assert missed["handler"].endswith(".load")
    assert missed["user_id"] != pressed["user_id"]
    assert any(line["message"].startswith("mail of delivery") and line["delivery_id"] for line in lines)
    assert any("is ready at" in line["message"] for line in lines)


def tokens_of(client: httpx.Client, email: str) -> dict[str, str]:
    """Sign a program in."""
    answer = client.post("/auth/login/json", json={"email": email, "password": DEMO_PASSWORD}).json()
    return {name: answer[name] for name in ("access_token", "refresh_token")}


def bearer(tokens: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


def sign_in(client: httpx.Client) -> list[str]:
    """Sign a browser in, after a slip of the keys; return what nobody is to know."""
    slip = {"email": "owner@demo.test", "password": "a-slip-of-the-keys"}
    assert client.post("/auth/web/sign-in", json=slip).status_code == 401
    good = client.post("/auth/web/sign-in", json=slip | {"password": DEMO_PASSWORD})
    assert good.status_code == 204
    return [slip["password"], good.cookies[COOKIE]]


def reset_password(client: httpx.Client, smtp: MailServer) -> str:
    """Forget a password and set another; return the token of the mail."""
    assert client.post("/auth/password/forgot", json={"email": "engineer2@demo.test"}).status_code == 202
    token = token_of(smtp, "engineer2@demo.test", "reset")
    done = client.post("/auth/password/reset", json={"token": token, "password": NEW_PASSWORD})
    assert done.status_code == 204
    return token


def invite(client: httpx.Client, admin: dict[str, str], smtp: MailServer) -> str:
    """Invite somebody who joins; return the token of the mail."""
    invitation = {"email": "new@demo.test", "role": "viewer"}
    assert client.post("/users/invitations", json=invitation, headers=bearer(admin)).status_code == 201
    token = token_of(smtp, "new@demo.test", "invitation")
    joined = client.post(
        "/auth/register",
        json={"email": "new@demo.test", "name": "Nora", "password": NEW_PASSWORD, "invitation": token},
    )
    assert joined.status_code == 201
    return token


def token_of(smtp: MailServer, address: str, what: str) -> str:
    """Return the token of the link in a mail."""
    eventually(lambda: bool(smtp.to(address)))
    body = smtp.to(address)[-1].message.get_body(("plain",))
    assert body is not None
    found = re.search(rf"{what}(?:\?token)?=([\w.-]+)", body.get_content())
    assert found is not None
    return found.group(1)


def tell_a_program(client: httpx.Client, admin: dict[str, str], receiver: Receiver) -> str:
    """Make a webhook and have it told; return its secret."""
    wanted = {"url": receiver.url, "events": ["handoff.opened"]}
    hook = client.post("/webhooks", json=wanted, headers=bearer(admin)).json()
    assert client.post(f"/webhooks/{hook['id']}/ping", headers=bearer(admin)).status_code < 300
    receiver.wait_for(1)
    return str(hook["secret"])


def escalate(client: httpx.Client, viewer: dict[str, str]) -> str:
    """Walk a step with a note and escalate; return the id of the session."""
    tree = client.get("/trees", headers=bearer(viewer)).json()["items"][0]
    session = client.post(
        "/sessions", json={"tree_id": tree["id"], "title": NOTE}, headers=bearer(viewer)
    ).json()
    step = {"option": session["current"]["options"][0]["id"], "note": NOTE}
    client.post(f"/sessions/{session['id']}/steps", json=step, headers=bearer(viewer)).raise_for_status()
    pressed = {"intent": "escalate", "reason": NOTE}
    client.post(f"/sessions/{session['id']}/handoff", json=pressed, headers=bearer(viewer)).raise_for_status()
    return str(session["id"])


def broken(server: Server, table: str) -> None:
    """Take a table away, which nobody expects."""
    connection = psycopg2.connect(server.database_url)
    connection.autocommit = True
    connection.cursor().execute(f"ALTER TABLE {table} RENAME TO {table}_gone")
    connection.close()


async def open_page(server: Server, cookie: str) -> None:
    """Load a page that cannot be loaded."""
    async with ReflexSocket(server.url, cookie=cookie, path="/handoffs") as socket:
        await socket.settle()
