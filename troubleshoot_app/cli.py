"""The command line. What goes wrong is told in one line on stderr, with exit status 2."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from pydantic import ValidationError

from troubleshoot_app.core.errors import AppError
from troubleshoot_app.core.log import configure_logging
from troubleshoot_app.core.settings import Settings, get_settings
from troubleshoot_app.server.errors import StartError
from troubleshoot_app.server.paths import ROOT

FAILED = 2


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong with the arguments in one line."""

    def error(self, message: str) -> NoReturn:
        """End with ``message`` and the place to look for more."""
        self.exit(FAILED, f"{self.prog}: {message} (see --help)\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    options = _parser().parse_args(arguments)
    # Relative paths in the settings, and what Reflex reads, start from the project's folder.
    os.chdir(ROOT)
    configure_logging()
    try:
        command: Callable[[Settings, argparse.Namespace], None] = options.command
        command(_settings(), options)
    except (StartError, AppError) as error:
        print(error, file=sys.stderr)
        return FAILED
    return 0


def _settings() -> Settings:
    try:
        return get_settings()
    except ValidationError as error:
        problem = error.errors()[0]
        name = ".".join(str(part) for part in problem["loc"]).upper()
        raise StartError(f"The setting {name} is not usable: {problem['msg']}.") from error


def _parser() -> argparse.ArgumentParser:
    parser = OneLineParser(prog="python -m troubleshoot_app", description="Troubleshoot on the command line.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=OneLineParser)

    serve = commands.add_parser("serve", help="build what changed, migrate, and serve the pages and the API")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    serve.add_argument(
        "--end-with-parent", action="store_true", help="end when the process that started this one ends"
    )
    serve.set_defaults(command=_serve)

    migrate = commands.add_parser("migrate", help="bring the database up to date")
    migrate.set_defaults(command=_migrate)

    owner = commands.add_parser(
        "create-owner",
        help="open an account and make its owner",
        description="Opens an account. The password is asked for, or read as one line from standard input.",
    )
    owner.add_argument("--email", required=True, help="what the owner signs in with")
    owner.add_argument("--name", required=True, help="the owner's name")
    owner.add_argument("--account", required=True, help="the name of the account")
    owner.set_defaults(command=_create_owner)
    return parser


def _serve(settings: Settings, options: argparse.Namespace) -> None:
    from troubleshoot_app.server.serve import serve

    serve(settings, options.host, end_with_parent=options.end_with_parent)


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


def _ask_password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise StartError("The two passwords differ.")
    return password


def _quiet(_sentence: str) -> None:
    """A command that is over in a moment does not say what it starts."""
