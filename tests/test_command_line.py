"""``python -m troubleshoot_app``: what it does, and what it says when it cannot."""

import subprocess
import sys

import psycopg2
import pytest
from sqlmodel import select

from tests.support.postgres import Cluster
from tests.support.server import clean_environment
from troubleshoot_app.cli import main
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.security import verify_password
from troubleshoot_app.models import Account, User
from troubleshoot_app.server.paths import ROOT

PASSWORD = "a long enough password"
OWNER = ("create-owner", "--email", "ann@example.org", "--name", "Ann", "--account", "Acme")


def run(*arguments: str, given: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "troubleshoot_app", *arguments],
        cwd=ROOT,
        env=clean_environment(**{"SECRET_KEY": "k" * 40} | settings),
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def assert_refused(done: subprocess.CompletedProcess[str], saying: str) -> None:
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, done.stderr
    assert saying in done.stderr
    assert done.stdout == ""


COMMANDS = ("serve", "build", "migrate", "create-owner", "import", "export", "check")


@pytest.mark.parametrize("command", [(), *((command,) for command in COMMANDS)])
def test_every_command_explains_itself_with_an_example(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command, "--help"])

    assert ended.value.code == 0
    said, wrong = capsys.readouterr()
    assert (said.startswith("usage: python -m troubleshoot_app"), wrong) == (True, "")
    if command:
        assert f"\nexample: python -m troubleshoot_app {command[0]}" in said
    else:
        assert all(f"\n    {name}" in said for name in COMMANDS)


@pytest.mark.parametrize(
    ("arguments", "saying"),
    [
        ((), "COMMAND"),
        (("nonsense",), "nonsense"),
        (("create-owner", "--email", "ann@example.org"), "--name"),
        (("serve", "--nonsense"), "--nonsense"),
        (("import", "--account", "Acme"), "FILE"),
        (("import", "a.yaml"), "--account"),
        (("export", "1", "--format", "docx"), "docx"),
        (("export", "1", "--format", "json", "--version", "latest"), "--version"),
    ],
)
def test_wrong_arguments_are_told_in_one_line(
    arguments: tuple[str, ...], saying: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    said, wrong = capsys.readouterr()
    assert (ended.value.code, said, wrong.count("\n")) == (2, "", 1)
    assert saying in wrong


def test_a_key_that_is_too_short_is_told_when_it_starts() -> None:
    ended = run("serve", SECRET_KEY="short-and-sweet", MAIL_FROM="nobody")
    assert "SECRET_KEY has fewer than 32 characters" in ended.stdout
    assert "short-and-sweet" not in ended.stdout + ended.stderr


def test_a_command_that_is_none_ends_with_status_2() -> None:
    assert_refused(run("nonsense"), "nonsense")


def test_a_setting_that_is_no_number_is_told_by_its_name() -> None:
    assert_refused(run("migrate", PORT="three thousand"), "PORT")


@pytest.mark.parametrize(
    ("name", "value", "saying"),
    [
        ("SMTP_URL", "http://mail.example.org", "smtp[s]://user:password@host:port"),
        ("MAIL_FROM", "nobody", "troubleshoot@example.org"),
        ("MAIL_FROM", "Help\n<help@example.org>", "troubleshoot@example.org"),
        ("REDIS_URL", "cache:6379", "redis://host:6379/0"),
        (
            "PUBLIC_URL",
            "help.example.org",
            "is not usable: PUBLIC_URL must look like https://help.example.org,",
        ),
    ],
)
def test_a_server_does_not_start_with_a_setting_that_it_cannot_use(
    name: str, value: str, saying: str
) -> None:
    assert_refused(run("serve", **{name: value}), saying)


def test_create_owner_opens_an_account(clean_database: str) -> None:
    done = run(*OWNER, given=PASSWORD + "\n", DATABASE_URL=clean_database)

    assert (done.returncode, done.stderr) == (0, "")
    user, account = transact(lambda db: db.exec(select(User, Account).join(Account)).one())
    assert (user.email, user.name, user.role, account.name) == ("ann@example.org", "Ann", "owner", "Acme")
    assert verify_password(PASSWORD, user.password_hash)


@pytest.mark.parametrize(
    ("password", "email", "saying"),
    [
        ("short", "ann@example.org", "password"),
        ("", "ann@example.org", "password"),
        (PASSWORD, "ann", "e-mail"),
    ],
)
def test_create_owner_refuses_what_cannot_be_used(
    clean_database: str, password: str, email: str, saying: str
) -> None:
    command = ("create-owner", "--email", email, "--name", "Ann", "--account", "Acme")

    assert_refused(run(*command, given=password + "\n", DATABASE_URL=clean_database), saying)
    assert transact(lambda db: db.exec(select(Account)).all()) == []


def test_create_owner_leaves_nothing_when_the_address_is_taken(clean_database: str) -> None:
    run(*OWNER, given=PASSWORD + "\n", DATABASE_URL=clean_database)

    assert_refused(run(*OWNER, given=PASSWORD + "\n", DATABASE_URL=clean_database), "already")
    assert len(transact(lambda db: db.exec(select(Account)).all())) == 1


def test_migrate_fills_an_empty_database_and_may_run_again(cluster: Cluster, worker_name: str) -> None:
    url = cluster.empty_database(f"migrate_{worker_name}")

    first, second = run("migrate", DATABASE_URL=url), run("migrate", DATABASE_URL=url)

    assert (first.returncode, first.stderr) == (0, "")
    assert (second.returncode, second.stdout) == (0, first.stdout)


def test_several_processes_may_migrate_at_once(cluster: Cluster, worker_name: str) -> None:
    url = cluster.empty_database(f"at_once_{worker_name}")
    command = [sys.executable, "-m", "troubleshoot_app", "migrate"]
    environment = clean_environment(SECRET_KEY="k" * 40, DATABASE_URL=url)

    processes = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) for _ in range(3)
    ]

    assert [process.wait(60) for process in processes] == [0, 0, 0]
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM alembic_version")
        assert cursor.fetchone() == (1,)
    connection.close()


def test_commands_work_on_the_embedded_database_and_stop_it_again(cluster: Cluster) -> None:
    var_dir = cluster.new_folder("commands")
    chart = var_dir / "plug.mmd"
    chart.write_text("flowchart TD\n  a{Is it plugged in?} -->|Yes| b[Call the provider]\n")

    done = run(*OWNER, given=PASSWORD + "\n", VAR_DIR=str(var_dir))
    brought = run("import", str(chart), "--account", "Acme", VAR_DIR=str(var_dir))

    assert (done.returncode, done.stderr) == (0, "")
    assert (brought.returncode, brought.stdout.split("\t")[1:]) == (0, ["Plug\n"])
    assert not (var_dir / "postgres" / "postmaster.pid").exists()
