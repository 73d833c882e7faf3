"""``import``, ``export`` and ``check`` on the command line, on a database that a server may be using."""

import json
from os.path import relpath
from pathlib import Path
from uuid import UUID

import pytest
from pypdf import PdfReader
from sqlalchemy import select, update
from sqlmodel import Session, col

from tests.support.people import Team, add_team, escalate
from tests.support.postgres import Cluster
from tests.test_command_line import assert_refused, run
from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import AppError, NotFound
from troubleshoot_app.domain.formats.exports import FILE_FORMATS
from troubleshoot_app.models import Account, AuditEntry, Delivery, TroubleshootingTree, User
from troubleshoot_app.server.paths import ROOT
from troubleshoot_app.services import operators
from troubleshoot_app.services.tree_batches import SourceFile
from troubleshoot_app.services.tree_library import tree_as_file

CHART = """\
flowchart TD
    a{Is it plugged in?} -->|Yes| b[Call the provider]
    a -->|No| c[Plug it in]
"""
NO_TREE = "format: troubleshoot-tree/1\ntitle: Broken\nstart: a\nnodes:\n  a:\n    kind: nonsense\n"


@pytest.fixture
def team(clean_database: str) -> Team:
    return transact(add_team)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plug.mmd").write_text(CHART)
    (tmp_path / "other-thing.mmd").write_text(CHART.replace("Is it plugged in?", "Is it lit?"))
    (tmp_path / "broken.yaml").write_text(NO_TREE)
    (tmp_path / "loop.mmd").write_text("flowchart TD\n  a{Again?} -->|Yes| a\n")
    return tmp_path


def trees_of(team: Team) -> list[TroubleshootingTree]:
    """Return the trees of the account, oldest first."""

    def read(db: Session) -> list[TroubleshootingTree]:
        query = select(TroubleshootingTree).where(col(TroubleshootingTree.account_id) == team.account_id)
        return list(db.scalars(query.order_by(col(TroubleshootingTree.id))))

    return transact(read)


def test_files_come_in_and_go_out_again(team: Team, folder: Path, clean_database: str) -> None:
    files = (str(folder / "plug.mmd"), str(folder / "other-thing.mmd"))

    brought = run(
        "import",
        *files,
        "--account",
        "acme",
        "--category",
        "Network",
        "--publish",
        DATABASE_URL=clean_database,
    )

    assert brought.returncode == 0, brought.stderr
    told = [line.split("\t") for line in brought.stdout.splitlines()]
    new = trees_of(team)[1:]
    assert told == [[str(tree.id), tree.title] for tree in new]
    assert [tree.title for tree in new] == ["Plug", "Other thing"]
    assert {(tree.category, tree.status, tree.version) for tree in new} == {("Network", "published", 1)}
    assert f"{files[0]}: info: The file was read as Mermaid." in brought.stderr
    entries = transact(
        lambda db: db.scalars(select(AuditEntry).where(col(AuditEntry.subject_id) == new[0].id)).all()
    )
    assert {entry.action for entry in entries} == {"tree.imported", "tree.published"}
    assert {(entry.actor_id, entry.details["via"]) for entry in entries} == {(team.owner.id, "command line")}

    gone = run(
        "export",
        told[0][0],
        "--format",
        "json",
        "--output",
        str(folder / "out.json"),
        DATABASE_URL=clean_database,
    )

    assert (gone.returncode, gone.stdout, gone.stderr) == (0, "", "")
    document = json.loads((folder / "out.json").read_bytes())
    assert (document["title"], document["category"]) == ("Plug", "Network")
    assert len(list(folder.iterdir())) == 5, "nothing unfinished is left behind"
    shown = run("export", told[0][0], "--format", "mermaid", "--version", "1", DATABASE_URL=clean_database)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "Is it plugged in?" in shown.stdout


def test_one_bad_file_keeps_all_of_them_out_and_is_named_with_its_line(
    team: Team, folder: Path, clean_database: str
) -> None:
    """It is called what it was called on the command line, and not by the whole way to it."""
    bad = relpath(folder / "broken.yaml", ROOT)
    done = run("import", str(folder / "plug.mmd"), bad, "--account", "Acme", DATABASE_URL=clean_database)

    assert_refused(done, ": Line 5, column 3: ")
    assert done.stderr.startswith(f"{bad}: ")
    assert len(trees_of(team)) == 1


def import_here(folder: Path, *names: str, account: str = "Acme", publish: bool = False) -> str:
    """Do what the command does, in this process, and return why it was refused."""
    files = [SourceFile(name, (folder / name).read_bytes()) for name in names]
    with pytest.raises(AppError) as refusal:
        transact(operators.import_files, account=account, files=files, category=None, publish=publish)
    return str(refusal.value)


def test_a_tree_with_errors_is_not_published_and_they_are_named(team: Team, folder: Path) -> None:
    said = import_here(folder, "plug.mmd", "loop.mmd", publish=True)

    assert said.startswith("loop.mmd: Loop cannot be published yet: ")
    assert len(said) > len("loop.mmd: Loop cannot be published yet: ")
    assert len(trees_of(team)) == 1


def test_an_account_is_named_by_its_name_or_its_id(team: Team, folder: Path) -> None:
    second = transact(add_team, "acme2")

    def rename(db: Session) -> None:
        account = update(Account).where(col(Account.id) == second.account_id)
        db.execute(account.values(name="ACME"))

    said = import_here(folder, "plug.mmd", account="Umbrella")
    assert (
        said
        == f"There is no account Umbrella. There is: Acme ({team.account_id}), Acme2 ({second.account_id})."
    )
    transact(rename)
    said = import_here(folder, "plug.mmd", account="acme")
    assert said.startswith("Several accounts have this name")
    assert str(second.account_id) in said
    files = [SourceFile("plug.mmd", (folder / "plug.mmd").read_bytes())]
    account = str(second.account_id)
    (report,) = transact(operators.import_files, account=account, files=files, category=None, publish=False)
    assert UUID(report.trees[0][0]) in {tree.id for tree in trees_of(second)}


def test_without_an_active_owner_nobody_signs_for_it(team: Team, folder: Path) -> None:
    transact(lambda db: db.execute(update(User).values(is_active=False)) and None)

    assert "no active owner" in import_here(folder, "plug.mmd")


@pytest.mark.parametrize("format", FILE_FORMATS)
def test_a_tree_goes_out_in_every_format(team: Team, format: str) -> None:
    file = transact(operators.read_file, tree_id=str(team.tree_id), version=None)
    assert tree_as_file(file, format).content.strip()


def test_the_chart_is_written_as_pdf_to_pin_on_a_wall(team: Team, folder: Path, clean_database: str) -> None:
    wall = folder / "wall.pdf"

    done = run(
        *("export", str(team.tree_id), "--format", "pdf", "--output", str(wall)), DATABASE_URL=clean_database
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    page = PdfReader(wall).pages[0]
    assert "Is the power LED lit?" in " ".join(page.extract_text().split())


@pytest.mark.parametrize("version", ["99", "0"])
def test_a_version_that_there_is_not(team: Team, version: str) -> None:
    with pytest.raises(NotFound, match="no such version"):
        transact(operators.read_file, tree_id=str(team.tree_id), version=version)


@pytest.mark.parametrize("tree_id", ["nonsense", "\udc80", str(UUID(int=7)), ""])
def test_a_tree_that_there_is_not(team: Team, tree_id: str) -> None:
    with pytest.raises(NotFound, match="There is no tree with the id"):
        transact(operators.read_file, tree_id=tree_id, version=None)


def test_files_that_cannot_be_read_or_written_are_told_in_one_line(
    team: Team, folder: Path, clean_database: str
) -> None:
    missing, nowhere = str(folder / "none.yaml"), str(folder / "nowhere" / "out.json")
    bring = ("import", missing, "--account", "Acme")
    give = ("export", str(team.tree_id), "--format", "json", "--output", nowhere)

    assert_refused(run(*bring, DATABASE_URL=clean_database), f"{missing} cannot be read: No such file")
    assert_refused(run(*give, DATABASE_URL=clean_database), f"{nowhere} cannot be written: No such file")


def test_the_check_says_that_all_is_well_or_what_is_not(team: Team, clean_database: str) -> None:
    transact(escalate, team)

    good = run("check", DATABASE_URL=clean_database)

    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout == "All is as it must be: nothing was found.\n"
    transact(lambda db: db.execute(update(Delivery).values(next_attempt_at=None)) and None)
    bad = run("check", DATABASE_URL=clean_database)
    assert (bad.returncode, bad.stderr) == (1, "")
    ids = transact(lambda db: {str(one) for one in db.scalars(select(col(Delivery.id)))})
    assert bad.stdout.splitlines() != []
    assert {line.split()[1].rstrip(":") for line in bad.stdout.splitlines()} == ids


def test_a_database_that_is_not_up_to_date_is_not_touched(cluster: Cluster, worker_name: str) -> None:
    url = cluster.empty_database(f"old_{worker_name}")

    assert_refused(run("check", DATABASE_URL=url), "Run python -m troubleshoot_app migrate first.")
