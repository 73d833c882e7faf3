"""Files of sessions: what is taken, who may send and get them, and that nothing is left of what failed."""

import os
import resource
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from sqlalchemy import func, select, text
from sqlmodel import Session

from tests.api.conftest import As
from tests.support.accounts import cookie_for
from tests.support.asgi import Api
from tests.support.files import AVIF, GIF, HEIC, JPEG, LOG, PDF, WEBP, png, tiny_disk
from tests.support.people import Person, Team, do
from troubleshoot_app.api.bodies import DROPPED
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import NoRoom
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.domain.attachments import FILES_A_SESSION, SIZE_LIMIT
from troubleshoot_app.models import Attachment
from troubleshoot_app.services import attachments
from troubleshoot_app.services.auth import SIGN_IN_COOKIE
from troubleshoot_app.services.integrity import list_faults

NOBODY_HAS = "0195f3a0-7c11-7c5e-9d1e-2f6a3b8c4d10"
AT_ONCE = 8


@pytest.fixture(autouse=True)
def var_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files land in a folder of this test."""
    monkeypatch.setattr(get_settings(), "var_dir", tmp_path / "var")
    return tmp_path / "var"


@pytest.fixture
def viewer(api_as: As, team: Team) -> Api:
    return api_as(team.viewer)


@pytest.fixture
def path(viewer: Api, team: Team) -> str:
    """The address of a session of the viewer, at its second question."""
    return begin(viewer, team)


def begin(api: Api, team: Team) -> str:
    session = api.post("/sessions", {"tree_id": str(team.tree_id), "title": "Branch 12"}).json()
    api.post(f"/sessions/{session['id']}/steps", {"option": "yes"})
    return f"/sessions/{session['id']}"


def send(
    api: Api, path: str, content: bytes = JPEG, name: str = "led.jpg", seq: object = None, **parts: Any
) -> httpx.Response:
    fields = {} if seq is None else {"seq": str(seq)}
    kind = parts.pop("kind", "application/octet-stream")
    return api.post(f"{path}/attachments", files={"file": (name, content, kind)}, data=fields, **parts)


def fetch(api: Api, attached: dict[str, Any], **parts: Any) -> httpx.Response:
    return api.get(attached["url"].removeprefix("/api/v1"), **parts)


def files_in(folder: Path) -> list[Path]:
    return [found for found in folder.rglob("*") if found.is_file()]


def rows() -> int:
    def count(db: Session) -> int:
        return int(db.execute(select(func.count()).select_from(Attachment)).scalar_one())

    return transact(count)


@contextmanager
def nothing_is_kept(var_dir: Path) -> Iterator[None]:
    before = (rows(), sorted(files_in(var_dir)))
    yield
    assert (rows(), sorted(files_in(var_dir))) == before


def test_a_photo_is_kept_and_comes_back_as_it_was(viewer: Api, team: Team, path: str, var_dir: Path):
    sent = send(viewer, path, JPEG, "led.jpg", seq=2)

    assert sent.status_code == 201
    attached = sent.json()
    assert attached | {"id": "", "url": ""} == {
        "id": "", "name": "led.jpg", "size": len(JPEG), "media_type": "image/jpeg", "seq": 2, "question": None, "url": "",
    }  # fmt: skip
    got = fetch(viewer, attached)
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, JPEG, "image/jpeg")
    assert got.headers["content-length"] == str(len(JPEG))
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-disposition"] == 'attachment; filename="led.jpg"'
    assert got.headers["content-security-policy"].startswith("sandbox")
    assert got.headers["cache-control"] == "private, no-cache"
    again = fetch(viewer, attached, headers={"If-None-Match": got.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert viewer.get(path).json()["attachments"] == [attached]
    (kept,) = files_in(var_dir)
    assert (kept.parent, kept.read_bytes()) == (var_dir / "attachments" / str(team.account_id), JPEG)
    assert "led" not in kept.name
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("content", "name", "media_type", "kept_as"),
    [
        (JPEG, "a.jpeg", "image/jpeg", "a.jpeg"), (png(), "a.PNG", "image/png", "a.PNG"),
        (GIF, "a.gif", "image/gif", "a.gif"),
        (WEBP, "a.webp", "image/webp", "a.webp"), (HEIC, "IMG_1.HEIC", "image/heic", "IMG_1.HEIC"),
        (AVIF, "a.avif", "image/avif", "a.avif"), (PDF, "a.pdf", "application/pdf", "a.pdf"),
        (LOG, "router.log", "text/plain", "router.log"), ("grün".encode("utf-16"), "a.txt", "text/plain", "a.txt"),
        # Names that lie, and names that a system or a browser would make something of.
        (JPEG, "report.pdf", "image/jpeg", "report.jpg"), (png(), "x.svg", "image/png", "x.svg.png"),
        (JPEG, "shell.php", "image/jpeg", "shell.php.jpg"), (LOG, "x.html", "text/plain", "x.html.txt"),
        (LOG, "run.bat", "text/plain", "run.bat.txt"), (LOG, "syslog.1", "text/plain", "syslog.1.txt"),
        (b"see <html> in the log", "led.jpg", "text/plain", "led.txt"), (PDF, "image", "application/pdf", "image.pdf"),
    ],
)  # fmt: skip
def test_what_is_in_a_file_decides_what_it_is(
    viewer: Api, path: str, content: bytes, name: str, media_type: str, kept_as: str
):
    attached = send(viewer, path, content, name, kind="text/html").json()

    assert (attached["media_type"], attached["name"]) == (media_type, kept_as)
    got = fetch(viewer, attached)
    assert got.headers["content-type"].partition(";")[0] == media_type
    assert got.content == content


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"\xef\xbb\xbf\n<?xml version='1.0'?><!-- x --><svg/>",
        b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'x' [<!ENTITY a 'b'>]><svg/>", "<svg/>".encode("utf-16"),
        b"  <!doctype html><p>x", b"<HTML>", b"<script>alert(1)</script>", b"<!--x--><body onload=alert(1)>",
        b"MZ\x90\0\3", b"PK\3\4\x14\0", b"\x7fELF\2\1", b"\0", b"gr\xfcn", b"\xff\xfe\0", b"BM\x46\0\0\0", b"\x1f\x8b\x08\0",
        b"text at first\n" * 20_000 + b"\xff", b"text at first\n" * 20_000 + b"\0",
    ],
)  # fmt: skip
def test_other_kinds_are_refused_whatever_they_say_they_are(
    viewer: Api, path: str, content: bytes, var_dir: Path
):
    with nothing_is_kept(var_dir):
        refused = send(viewer, path, content, "led.jpg", kind="image/jpeg")

    assert refused.status_code == 415
    assert "Attach a photo or picture" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("name", "kept_as"),
    [
        ("../../etc/passwd", "passwd.jpg"), ("C:\\\\temp\\\\a.jpg", "a.jpg"), ("..", "file.jpg"), (".jpg", "jpg.jpg"),
        ("nul", "_nul.jpg"), ("a\tb\x7f\u202egpj.jpg", "a b gpj.jpg"), ("x" * 300 + ".jpg", "x" * 196 + ".jpg"),
        ("Zähler ①.jpg", "Zähler ①.jpg"), ('a\\";x=\\"b.jpg', "a ;x= b.jpg"), ("a%0d%0aSet-Cookie=x.jpg",) * 2,
    ],
)  # fmt: skip
def test_names_are_made_safe(viewer: Api, path: str, name: str, kept_as: str, var_dir: Path):
    part = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    body = part + JPEG + b"\r\n--x--\r\n"

    attached = viewer.post(f"{path}/attachments", content=body, headers=headers).json()

    assert attached["name"] == kept_as
    disposition = fetch(viewer, attached).headers["content-disposition"]
    assert disposition.isascii()
    plain, _, extended = disposition.removeprefix('attachment; filename="').partition('"')
    assert kept_as == (unquote(extended.removeprefix("; filename*=UTF-8''")) if extended else plain)
    assert {found.parent.parent for found in files_in(var_dir)} == {var_dir / "attachments"}


def test_what_cannot_be_used_is_said_in_words(viewer: Api, path: str, var_dir: Path):
    with nothing_is_kept(var_dir):
        for answer, place in (
            (send(viewer, path, b""), ["file"]),
            (viewer.post(f"{path}/attachments", files={"other": ("a.jpg", JPEG)}), ["file"]),
            (viewer.post(f"{path}/attachments", files={"file": (None, "words")}), ["file"]),
            (send(viewer, path, seq="x"), ["seq"]),
            (send(viewer, path, seq=0), ["seq"]),
            (send(viewer, path, seq=3), ["seq"]),
            (send(viewer, path, seq=10**30), ["seq"]),
        ):
            assert (answer.status_code, answer.json()["errors"][0]["loc"]) == (422, place)
        assert viewer.post(f"{path}/attachments", {"file": "x"}).status_code == 415
    for seq in (1, 2, ""):
        assert send(viewer, path, seq=seq).status_code == 201


@pytest.mark.parametrize("is_told_beforehand", [True, False])
def test_ten_mebibytes_are_taken_and_no_byte_more(
    viewer: Api, path: str, var_dir: Path, is_told_beforehand: bool
):
    whole = JPEG + bytes(SIZE_LIMIT - len(JPEG))
    assert send(viewer, path, whole).json()["size"] == SIZE_LIMIT
    with nothing_is_kept(var_dir):
        refused = send(viewer, path, whole + b"\0")
        assert (refused.status_code, "10 MiB" in refused.json()["detail"]) == (413, True)
        taken = 0

        async def endless() -> Any:
            nonlocal taken
            yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + JPEG
            while True:
                taken += 2**20
                yield bytes(2**20)

        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        if is_told_beforehand:
            headers["Content-Length"] = str(2**40)
        flood = viewer.post(f"{path}/attachments", content=endless(), headers=headers)
        assert flood.status_code == 413
        assert taken <= (0 if is_told_beforehand else DROPPED)


def test_only_the_holder_of_a_session_under_way_adds_to_it(
    api_as: As, viewer: Api, team: Team, strangers: Team, path: str, var_dir: Path
):
    send(viewer, path)
    with nothing_is_kept(var_dir):
        for person, status in (
            (team.engineer, 403), (team.owner, 403), (strangers.owner, 404), (strangers.viewer, 404),
        ):  # fmt: skip
            assert send(api_as(person), path).status_code == status
        assert send(viewer, f"/sessions/{NOBODY_HAS}").status_code == 404
        assert send(viewer, "/sessions/x").status_code == 404
        opened = viewer.post(f"{path}/handoff", {"intent": "escalate"}).json()
        assert send(viewer, path).status_code == 409
    senior = api_as(team.engineer)
    senior.post(f"/handoffs/{opened['id']}/claim")
    with nothing_is_kept(var_dir):
        assert send(viewer, path).status_code == 403
    assert send(senior, path).status_code == 201
    senior.post(f"{path}/complete", {"outcome": "resolved"})
    with nothing_is_kept(var_dir):
        assert send(senior, path).status_code == 409


def test_whoever_may_see_the_session_gets_its_files_and_nobody_else(
    api: Api, api_as: As, viewer: Api, team: Team, strangers: Team, path: str
):
    attached = send(viewer, path).json()
    others = api_as(team.engineer).post("/sessions", {"tree_id": str(team.tree_id)}).json()
    theirs = send(api_as(team.engineer), f"/sessions/{others['id']}").json()

    for person in (team.viewer, *team.seniors):
        assert fetch(api_as(person), attached).content == JPEG
        assert fetch(api, attached, headers=cookie(person)).content == JPEG
    assert fetch(viewer, theirs).status_code == 403
    assert fetch(api, attached).status_code == 401
    assert fetch(api, attached, headers=cookie(team.viewer, "x" * 43)).status_code == 401
    foreign, unknown, malformed = (
        fetch(api_as(strangers.owner), {"url": f"/attachments/{which}"})
        for which in (attached["id"], NOBODY_HAS, "%00")
    )
    assert foreign.status_code == unknown.status_code == malformed.status_code == 404
    assert foreign.content == unknown.content == malformed.content


def cookie(person: Person, secret: str = "") -> dict[str, str]:
    return {"Cookie": f"{SIGN_IN_COOKIE}={secret or cookie_for(person)}"}


def test_a_page_sends_with_its_cookie_and_another_site_does_not(
    api: Api, viewer: Api, team: Team, path: str, var_dir: Path
):
    origin = get_settings().allowed_origins[0]
    here = f"/web{path}"
    sent = send(api, here, headers=cookie(team.viewer) | {"Origin": origin})
    assert (sent.status_code, sent.json()["name"]) == (201, "led.jpg")
    viewer.post(f"{path}/back")
    late = {"seq": "2", "node": "wan"}
    kept = api.post(
        f"{here}/attachments",
        files={"file": ("wan.jpg", JPEG)},
        data=late,
        headers=cookie(team.viewer) | {"Origin": origin},
    )
    assert (kept.json()["seq"], kept.json()["question"]) == (None, "Is the WAN LED green?")
    with nothing_is_kept(var_dir):
        foreign = send(api, here, headers=cookie(team.viewer) | {"Origin": "https://evil.example"})
        assert foreign.status_code == 403
        assert send(api, here, headers={"Origin": origin}).status_code == 401
        assert send(viewer, here, headers={"Origin": origin}).status_code == 401
        assert send(api, path, headers=cookie(team.viewer) | {"Origin": origin}).status_code == 401


def test_sent_again_with_the_same_key_it_is_one_file(
    viewer: Api, path: str, var_dir: Path, team: Team, api_as: As
):
    key: dict[str, Any] = {"headers": {"Idempotency-Key": "photo-1"}}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        jobs = [threads.submit(send, viewer, path, seq=2, **key) for _ in range(AT_ONCE)]
        answers = [job.result(30) for job in jobs]
    assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
    assert (rows(), len(files_in(var_dir))) == (1, 1)
    for other in (
        send(viewer, path, JPEG + b"x", seq=2, **key),
        send(viewer, path, seq=1, **key),
        send(viewer, path, name="other.jpg", seq=2, **key),
    ):
        assert (other.status_code, other.json()["errors"][0]["loc"]) == (422, ["header", "Idempotency-Key"])
    viewer.post(f"{path}/complete", {"outcome": "resolved"})
    assert send(viewer, path, seq=2, **key).content == answers[0].content
    assert fetch(viewer, answers[0].json()).content == JPEG
    assert (rows(), len(files_in(var_dir))) == (1, 1)


def test_a_session_takes_so_many_files(viewer: Api, path: str, var_dir: Path):
    for number in range(FILES_A_SESSION - 1):
        assert send(viewer, path, name=f"{number}.jpg").status_code == 201
    with ThreadPoolExecutor(2) as threads:
        jobs = [threads.submit(send, viewer, path, name=f"last-{which}.jpg") for which in "ab"]
        assert sorted(job.result(30).status_code for job in jobs) == [201, 409]
    with nothing_is_kept(var_dir):
        refused = send(viewer, path)
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "This session has 50 files already, and takes no more.",
    )
    names = [attached["name"] for attached in viewer.get(path).json()["attachments"]]
    assert names[:-1] == [f"{number}.jpg" for number in range(FILES_A_SESSION - 1)]


def test_an_account_takes_so_many_bytes_and_no_other_account_notices(
    viewer: Api, api_as: As, team: Team, strangers: Team, var_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(get_settings(), "attachment_quota_mb", 1)
    large, rest = JPEG + bytes(600_000), 2**20 - len(JPEG) - 600_000
    paths = [begin(api_as(person), team) for person in (team.viewer, team.engineer)]
    with ThreadPoolExecutor(2) as threads:
        who = zip((viewer, api_as(team.engineer)), paths, strict=True)
        answers = [job.result(30) for job in [threads.submit(send, *one, large) for one in who]]
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    with nothing_is_kept(var_dir):
        refused = send(viewer, paths[0], PDF + bytes(rest - len(PDF) + 1))
    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    assert "all files of your account together may have 1 MB" in refused.json()["detail"]
    assert send(viewer, paths[0], PDF + bytes(rest - len(PDF))).status_code == 201
    room = f"1 MB of 1 MB used. {attachments.MORE_ROOM}"
    assert do(team.admin, attachments.room_in_words).endswith(room)
    assert do(team.engineer, attachments.room_in_words) == ""
    assert do(strangers.owner, attachments.room_in_words).endswith("0 bytes of 1 MB used.")
    stranger = api_as(strangers.viewer)
    assert send(stranger, begin(stranger, strangers), large).status_code == 201
    assert transact(list_faults) == []


def test_the_briefing_and_the_note_name_them(viewer: Api, api_as: As, team: Team, path: str):
    first = send(viewer, path, JPEG, "led.jpg", seq=1).json()
    second = send(viewer, path, LOG, "router.log", seq=2).json()
    revision = viewer.get(path).json()["revision"]
    stepped = viewer.post(f"{path}/steps", {"option": "back", "revision": revision}).json()
    assert stepped["attachments"] == [first, second]
    third = send(viewer, path, PDF, "plan.pdf", seq=3).json()
    fourth = send(viewer, path, PDF, "manual.pdf").json()
    opened = viewer.post(f"{path}/handoff", {"intent": "escalate"}).json()

    briefing = api_as(team.engineer).get(f"/handoffs/{opened['id']}").json()["briefing"]
    assert briefing["attachments"] == [first, second, third, fourth]
    note = viewer.post(f"{path}/export", {"format": "text"}).text
    lines = [line.removeprefix("* ") for line in note.partition("ATTACHMENTS")[2].splitlines() if line]
    assert lines == [
        f"led.jpg (image/jpeg, {len(JPEG)} bytes, at step 1)",
        f"router.log (text/plain, {len(LOG)} bytes, at step 2)",
        f"plan.pdf (application/pdf, {len(PDF)} bytes, where it stands)",
        f"manual.pdf (application/pdf, {len(PDF)} bytes)",
    ]
    record = viewer.post(f"{path}/export", {"format": "json"}).json()
    assert [file["name"] for file in record["attachments"]] == [
        "led.jpg",
        "router.log",
        "plan.pdf",
        "manual.pdf",
    ]


def test_a_file_that_is_lost_is_said_to_be(viewer: Api, path: str, var_dir: Path):
    attached = send(viewer, path).json()
    (kept,) = files_in(var_dir)
    kept.unlink()
    lost = fetch(viewer, attached)
    assert (lost.status_code, "no longer on the server" in lost.json()["detail"]) == (404, True)


def test_a_full_disk_leaves_nothing_behind(
    viewer: Api, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    with tiny_disk(tmp_path / "disk", "256k") as disk:
        monkeypatch.setattr(get_settings(), "var_dir", disk)
        small = send(viewer, path).json()
        with nothing_is_kept(disk):
            full = send(viewer, path, JPEG + bytes(300_000), headers={"Idempotency-Key": "k"})
        assert (full.status_code, "no room left" in full.json()["detail"]) == (507, True)
        assert viewer.get(path).json()["attachments"] == [small]
        retried = send(viewer, path, JPEG + bytes(100_000), headers={"Idempotency-Key": "k"})
        assert retried.status_code == 201


def test_no_room_to_set_down_what_comes_in(
    viewer: Api, path: str, tmp_path: Path, var_dir: Path, monkeypatch: pytest.MonkeyPatch
):
    with tiny_disk(tmp_path / "disk", "256k") as disk, nothing_is_kept(var_dir):
        monkeypatch.setattr(tempfile, "tempdir", str(disk))
        full = send(viewer, path, JPEG + bytes(2_000_000))
    assert (full.status_code, full.json()["title"]) == (507, "No room left")


def test_more_than_the_system_lets_us_write_is_no_room_either(viewer: Api, path: str, var_dir: Path):
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, before[1]))
    try:
        with nothing_is_kept(var_dir):
            assert send(viewer, path, JPEG + bytes(300_000)).status_code == 507
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert send(viewer, path, JPEG + bytes(300_000)).status_code == 201


def test_a_full_disk_of_the_database_is_no_room_either(clean_database: str):
    def run_out(db: Session) -> None:
        db.execute(text("DO $$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = 'disk_full'; END $$"))

    with pytest.raises(NoRoom):
        transact(run_out)


def test_what_a_killed_process_left_is_removed_after_a_day(viewer: Api, path: str, var_dir: Path):
    send(viewer, path)
    unfinished = var_dir / "attachments" / "unfinished"
    (unfinished / "fresh").write_bytes(b"x")
    old = unfinished / "old"
    old.write_bytes(b"x")
    os.utime(old, (1, 1))
    send(viewer, path)
    assert [found.name for found in unfinished.iterdir()] == ["fresh"]


def test_it_counts_as_a_change_but_not_of_what_is_answered(viewer: Api, path: str):
    before = viewer.get(path).json()
    send(viewer, path, seq=2)
    after = viewer.get(path).json()
    assert after["revision"] == before["revision"]
    assert after["updated_at"] > before["updated_at"]
