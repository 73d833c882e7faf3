"""Logging: one line an event on stderr, as text or as JSON, with what it is about.

What is known of the work under way (whose request, which session) is noted where it becomes known, and stands on every
line that is logged during it, in threads, too. Only ids are noted, and only ids and sentences of our own are logged:
never what people wrote, nor what opens anything.
"""

import json
import logging
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from traceback import walk_tb
from types import TracebackType
from typing import Any

from troubleshoot_app.core.settings import get_settings

PACKAGE = "troubleshoot_app"
REQUEST_ID_BYTES = 8
ID_LENGTH = 64
_KEPT = "_under_way"

_under_way: ContextVar[dict[str, str] | None] = ContextVar("under_way", default=None)


@contextmanager
def about(**ids: object) -> Iterator[None]:
    """Put ``ids`` on the lines that are logged inside, beside those of the work that this is part of."""
    token = _under_way.set({**(_under_way.get() or {}), **_shown(ids)})
    try:
        yield
    finally:
        _under_way.reset(token)


def begin(**ids: object) -> None:
    """Begin with ``ids`` and no others; for work that lasts as long as its task."""
    _under_way.set(_shown(ids))


def note(**ids: object) -> None:
    """Add what has become known of the work under way, for whoever is part of it, in whichever thread."""
    known = _under_way.get()
    if known is not None:
        known.update(_shown(ids))


def remember(error: BaseException) -> None:
    """Keep with an error what is known of the work under way, for whoever logs it elsewhere."""
    error.__dict__.setdefault(_KEPT, _under_way.get())


def new_request_id() -> str:
    """Return an id for a request that brought none."""
    return secrets.token_hex(REQUEST_ID_BYTES)


def _shown(ids: dict[str, object]) -> dict[str, str]:
    return {name: str(value)[:ID_LENGTH] for name, value in ids.items() if value is not None}


class TextFormatter(logging.Formatter):
    """For a terminal: time, level, name, sentence, and what it is about."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the name is logging's
        """Return the line without a trace; what somebody sent cannot begin another one."""
        ids = "".join(f" {name}={value}" for name, value in _ids_of(record).items())
        return "\\n".join((super().formatMessage(record) + ids).splitlines())


class JsonFormatter(logging.Formatter):
    """For programs: one JSON object a line; a trace is one of its fields."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **_ids_of(record),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _ids_of(record: logging.LogRecord) -> dict[str, str]:
    return {**(_under_way.get() or {}), **getattr(record, "ids", {})}


class _JunkInOneLine(logging.Filter):
    """What strangers send to a socket and cannot be read is told in one line; a trace each would flood the log."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take the trace away unless it leads through our own code, where it is a bug of ours."""
        if record.exc_info and record.exc_info[0] is not None and not _is_ours(record.exc_info[2]):
            record.msg, record.args = "a packet could not be read (%s)", (record.exc_info[0].__name__,)
            record.exc_info, record.exc_text = None, None
        return True


def _is_ours(trace: TracebackType | None) -> bool:
    return any(f"/{PACKAGE}/" in frame.f_code.co_filename for frame, _line in walk_tb(trace))


_JUNK_IN_ONE_LINE = _JunkInOneLine()


def configure_logging(level: str = "INFO") -> None:
    """Send this package's records to stderr, one line each; those of other packages, too, where programs read them."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonFormatter() if speaks_json() else TextFormatter())
    logger = logging.getLogger(PACKAGE)
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False
    logging.getLogger("engineio.server").addFilter(_JUNK_IN_ONE_LINE)
    if speaks_json():
        logging.getLogger().handlers[:] = [handler]
        sys.excepthook = _log_the_end


def speaks_json() -> bool:
    """Whether the log is for programs."""
    return get_settings().log_format == "json"


def others_to_json() -> dict[str, Any]:
    """Return what lets the web server's own lines look like ours, as ``logging.config`` takes it."""
    json_lines = {"()": JsonFormatter}
    return {"formatters": {"generic": json_lines, "access": json_lines}} if speaks_json() else {}


def log_bug(logger: logging.Logger, error: BaseException, where: str) -> str:
    """Log an error that nobody expected, with its trace; return the id that the person is shown."""
    error_id = secrets.token_hex(4)
    ids = {**(error.__dict__.get(_KEPT) or {}), "error_id": error_id}
    logger.error("error_id=%s in %s", error_id, where, exc_info=error, extra={"ids": ids})
    return error_id


def _log_the_end(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    logging.getLogger(PACKAGE).critical("ended by an error", exc_info=(kind, error, trace))
