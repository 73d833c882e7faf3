"""Logging: one line a record, on stderr."""

import logging
import secrets


def configure_logging(level: str = "INFO") -> None:
    """Send this package's records to stderr, one line each with time, level and name."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger("troubleshoot_app")
    logger.handlers[:] = [handler]
    logger.setLevel(level)
    logger.propagate = False


def log_bug(logger: logging.Logger, error: BaseException, where: str) -> str:
    """Log an error that nobody expected, with its trace; return the id that the person is shown."""
    error_id = secrets.token_hex(4)
    logger.error("error_id=%s in %s", error_id, where, exc_info=error)
    return error_id
