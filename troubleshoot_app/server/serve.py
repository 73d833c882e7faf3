"""``serve``: everything that stands between a checkout and a page that answers."""

import ctypes
import logging
import signal
import sys
from types import FrameType

from troubleshoot_app.core.log import speaks_json
from troubleshoot_app.core.metrics import share_counts
from troubleshoot_app.core.settings import SECRET_BYTES, Settings
from troubleshoot_app.server.errors import StartError
from troubleshoot_app.server.paths import prepare_reflex

logger = logging.getLogger(__name__)

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of prctl(2)
DEMO_LOCK = 815_002


class Stopped(BaseException):
    """A signal asked us to end before the server was up."""


def serve(settings: Settings, host: str, *, end_with_parent: bool = False) -> None:
    """Build, migrate, and serve until a signal ends it.

    Raises:
        StartError: it cannot start, or the server gave up.
    """
    from troubleshoot_app.notifications.mail import sender_from
    from troubleshoot_app.server import database, frontend, runner

    if settings.workers > 1 and not settings.redis_url:
        raise StartError(
            "WORKERS is more than 1, which needs REDIS_URL: the processes share what the pages show there."
        )
    if settings.is_secret_short:
        say(
            f"SECRET_KEY has fewer than {SECRET_BYTES} characters: who guesses it can sign in as anybody. Make another one "
            'with `python -c "import secrets; print(secrets.token_urlsafe(32))"`; everybody signs in again then.'
        )
    try:
        sender_from(settings)
    except ValueError as error:
        raise StartError(str(error)) from error
    if settings.workers > 1:
        share_counts()
    prepare_reflex()
    if end_with_parent:
        _end_with_parent()
    runner.require_free_port(host, settings.port)
    _end_on_signals()
    try:
        frontend.ensure_built(say)
        with database.database(settings, say) as url:
            say("Bringing the database up to date.")
            database.migrate(url)
            if settings.wants_demo_data:
                _load_demo()
            runner.require_free_port(host, settings.port)
            say("Starting the server.")
            try:
                asked = runner.run(host, settings.port, settings.workers, lambda: say(_welcome(settings)))
            finally:
                _ignore_signals()
                say("Stopping.")
    except Stopped:
        asked = True
    if not asked:
        raise StartError("The server process kept failing; what it said is above.")
    say("Stopped.")


def say(sentence: str) -> None:
    """Tell the person at the terminal, or the log where programs read it."""
    if speaks_json():
        logger.info(sentence)
    else:
        print(sentence, flush=True)


def _load_demo() -> None:
    from sqlalchemy import func, select
    from sqlmodel import Session

    from troubleshoot_app.core.db import forget_engine, transact
    from troubleshoot_app.services.demo import load_demo

    def load(db: Session) -> None:
        db.execute(select(func.pg_advisory_xact_lock(DEMO_LOCK)))  # several servers may start on one database
        load_demo(db)

    transact(load)
    forget_engine()


def _welcome(settings: Settings) -> str:
    lines = ["", f"Troubleshoot is ready at {settings.base_url}"]
    if speaks_json():
        return lines[1]
    if settings.wants_demo_data:
        from troubleshoot_app.services.demo import PASSWORD, PEOPLE

        lines += ["", f"Sign in with the password {PASSWORD} as one of:"]
        lines += [f"  {email:<22}{role}" for email, _name, role in PEOPLE]
    return "\n".join([*lines, "", "Ctrl-C ends it."])


def _end_on_signals() -> None:
    def stop(_number: int, _frame: FrameType | None) -> None:
        _ignore_signals()
        raise Stopped

    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup does
            signal.signal(number, stop)


def _end_with_parent() -> None:
    """Have the system send us SIGTERM when our parent dies, in whatever way."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _ignore_signals() -> None:
    """Stopping is under way and does not take long; a second Ctrl-C must not leave the database behind."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
