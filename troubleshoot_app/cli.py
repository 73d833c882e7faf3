"""The command line. What goes wrong is told in one line on stderr, with exit status 2."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, NoReturn, ParamSpec, TypeVar

from pydantic import ValidationError

from troubleshoot_app.core.errors import AppError
from troubleshoot_app.core.log import configure_logging
from troubleshoot_app.core.settings import Settings, get_settings
from troubleshoot_app.domain.errors import DomainError
from troubleshoot_app.domain.formats.exports import FILE_FORMATS, PDF
from troubleshoot_app.domain.formats.imports import IMPORT_FORMATS
from troubleshoot_app.server.errors import StartError
from troubleshoot_app.server.paths import ROOT

P = ParamSpec("P")
R = TypeVar("R")

EXAMPLE = "example: "
PROGRAM = "python -m troubleshoot_app"
FOUND = 1
FAILED = 2
DRAFT = "draft"
VERSION_DIGITS = 9


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message: str) -> NoReturn:
        """End with ``message`` and the place to look for more."""
        self.exit(FAILED, f"{self.prog}: {message} (see --help)\n")


class ExampleFormatter(argparse.HelpFormatter):
    """Leaves the example on one line, to be copied."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if text.startswith(EXAMPLE) else super()._fill_text(text, width, indent)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    options = _parser().parse_args(arguments)
    # Relative paths in the settings, and what Reflex reads, start from the project's folder.
    os.chdir(ROOT)
    try:
        settings = _settings()
        configure_logging()
        command: Callable[[Settings, argparse.Namespace], int | None] = options.command
        status = command(settings, options) or 0
        sys.stdout.flush()
    except (StartError, AppError, DomainError) as error:
        print(" ".join(str(error).splitlines()), file=sys.stderr)
        return FAILED
    except BrokenPipeError:  # whoever reads what we print has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    return status


def _settings() -> Settings:
    try:
        return get_settings()
    except ValidationError as error:
        problem = error.errors()[0]
        name = ".".join(str(part) for part in problem["loc"]).upper()
        reason = problem["msg"].removeprefix("Value error, ").removesuffix(".")
        raise StartError(f"The setting {name} is not usable: {reason}.") from error


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(prog=PROGRAM, description="Troubleshoot on the command line.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=OneLineParser)

    def add(
        name: str,
        run: Callable[[Settings, argparse.Namespace], int | None],
        example: str,
        *,
        brief: str,
        more: str = "",
    ) -> argparse.ArgumentParser:
        command: argparse.ArgumentParser = commands.add_parser(
            name,
            help=brief,
            description=f"{brief[:1].upper()}{brief[1:]}. {more}".strip(),
            epilog=f"{EXAMPLE}{PROGRAM} {name} {example}".strip(),
            formatter_class=ExampleFormatter,
        )
        command.set_defaults(command=run)
        return command

    serve = add(
        "serve",
        _serve,
        "--host 0.0.0.0",
        brief="build what changed, migrate, and serve the pages and the API",
    )
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    serve.add_argument(
        "--end-with-parent", action="store_true", help="end when the process that started this one ends"
    )

    add("build", _build, "", brief="build the pages, if anything changed that they are made of")

    add("migrate", _migrate, "", brief="bring the database up to date")

    owner = add(
        "create-owner",
        _create_owner,
        "--email ann@example.org --name Ann --account Acme",
        brief="open an account and make its owner",
        more="The password is asked for, or read as one line from standard input.",
    )
    owner.add_argument("--email", required=True, help="what the owner signs in with")
    owner.add_argument("--name", required=True, help="the owner's name")
    owner.add_argument("--account", required=True, help="the name of the account")

    bring = add(
        "import",
        _import,
        "trees/*.yaml chart.mmd --account Acme --category Network --publish",
        brief="make trees of files, all of them or none",
        more=f"Reads {', '.join(IMPORT_FORMATS)}. Prints id and title of each new tree, and on standard error what was "
        "guessed or left out. It is done in the name of the account's owner.",
    )
    bring.add_argument(
        "files", nargs="+", metavar="FILE", type=_named, help="a file with one tree or several"
    )
    bring.add_argument("--account", required=True, help="name or id of the account")
    bring.add_argument("--category", help="the category of the new trees (default: what the files say)")
    bring.add_argument("--publish", action="store_true", help="publish them; refused when one has errors")

    give = add(
        "export",
        _export,
        "0195f3a0-7c11-7c5e-9d1e-2f6a3b8c4d10 --format mermaid --output chart.mmd",
        brief="write a tree as a file",
    )
    give.add_argument("tree_id", metavar="TREE_ID", help="id of the tree, as import printed it")
    give.add_argument("--format", required=True, choices=FILE_FORMATS, help="%(choices)s", metavar="FORMAT")
    give.add_argument(
        "--version",
        type=_version,
        help="number of a version, or draft (default: what is published, or else the draft)",
    )
    give.add_argument(
        "--output", type=_named, metavar="FILE", help="where to write (default: standard output)"
    )

    add(
        "check",
        _check,
        "",
        brief="look for what must never be in the database",
        more="Recomputes sessions, handoffs and deliveries of all accounts. Exit status 1 when something is found.",
    )
    return parser


@dataclass(frozen=True, slots=True)
class _Named:
    """A file as it was named, and where that is: seen from where the person is."""

    name: str
    path: Path


def _named(value: str) -> _Named:
    return _Named(value, Path(value).absolute())


def _version(value: str) -> str:
    if value == DRAFT or (value.isascii() and value.isdigit() and len(value) <= VERSION_DIGITS):
        return value
    raise argparse.ArgumentTypeError("it is the number of a version, or draft")


def _serve(settings: Settings, options: argparse.Namespace) -> None:
    from troubleshoot_app.server.serve import serve

    serve(settings, options.host, end_with_parent=options.end_with_parent)


def _build(_settings: Settings, _options: argparse.Namespace) -> None:
    from troubleshoot_app.server import frontend
    from troubleshoot_app.server.paths import prepare_reflex
    from troubleshoot_app.server.serve import say

    prepare_reflex()
    frontend.ensure_built(say)
    say("The pages are built.")


def _migrate(settings: Settings, _options: argparse.Namespace) -> None:
    from troubleshoot_app.server import database

    with database.database(settings, _quiet, join=True) as url:
        print(f"The database is at revision {database.migrate(url)}.")


def _create_owner(settings: Settings, options: argparse.Namespace) -> None:
    from troubleshoot_app.core.db import transact
    from troubleshoot_app.core.security import hash_password
    from troubleshoot_app.server import database
    from troubleshoot_app.services.accounts import check_registration, open_account

    password = _ask_password()
    owner = {"email": options.email, "name": options.name, "account_name": options.account}
    check_registration(password=password, **owner)
    with database.database(settings, _quiet, join=True) as url:
        database.migrate(url)
        transact(open_account, password_hash=hash_password(password), **owner)
    print(f"{options.email} now owns the account {options.account}.")


def _import(settings: Settings, options: argparse.Namespace) -> None:
    from troubleshoot_app.services import operators
    from troubleshoot_app.services.tree_batches import SourceFile

    reports = _on_database(
        settings,
        operators.import_files,
        account=options.account,
        files=[SourceFile(file.name, _read(file)) for file in options.files],
        category=options.category,
        publish=options.publish,
    )
    for report in reports:
        for line in report.lines:
            place = "" if line.line is None else f"{line.line}:{line.column}:"
            print(f"{report.name}:{place} {line.severity}: {line.message}", file=sys.stderr)
        for tree_id, title in report.trees:
            print(f"{tree_id}\t{title}")


def _export(settings: Settings, options: argparse.Namespace) -> None:
    from troubleshoot_app.services import operators
    from troubleshoot_app.services.tree_library import tree_as_file

    if options.output is None and options.format == PDF and sys.stdout.isatty():
        raise StartError("A PDF is not shown here. Say where to write it with --output FILE.")
    file = _on_database(settings, operators.read_file, tree_id=options.tree_id, version=options.version)
    content = tree_as_file(file, options.format).content
    if options.output is None:
        sys.stdout.buffer.write(content)
    else:
        _write(options.output, content)


def _check(settings: Settings, _options: argparse.Namespace) -> int:
    from troubleshoot_app.services.integrity import list_faults

    faults = _on_database(settings, list_faults)
    print("\n".join(faults) or "All is as it must be: nothing was found.")
    return FOUND if faults else 0


def _on_database(
    settings: Settings, work: Callable[Concatenate[Any, P], R], *args: P.args, **kwargs: P.kwargs
) -> R:
    """Return what ``work(db, …)`` says, in one transaction on a database that is up to date."""
    from troubleshoot_app.core.db import transact
    from troubleshoot_app.server import database
    from troubleshoot_app.services.operations import is_migrated

    with database.database(settings, _quiet, join=True):
        if not transact(is_migrated):
            raise StartError(f"The database is not up to date. Run {PROGRAM} migrate first.")
        return transact(work, *args, **kwargs)


def _read(file: _Named) -> bytes:
    try:
        return file.path.read_bytes()
    except OSError as error:
        raise StartError(f"{file.name} cannot be read: {error.strerror}.") from error


def _write(file: _Named, content: bytes) -> None:
    """Write a file that is there when it is whole."""
    unfinished = file.path.parent / f".{file.path.name}.{os.getpid()}"
    try:
        unfinished.write_bytes(content)
        unfinished.replace(file.path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        raise StartError(f"{file.name} cannot be written: {error.strerror}.") from error


def _ask_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise StartError("The two passwords differ.")
    return password


def _quiet(_sentence: str) -> None:
    """A command that is over in a moment does not say what it starts."""
