"""Sending a mail that somebody has just asked for: at once, and a few times more when the mail server is in trouble."""

import asyncio
import logging
from collections.abc import Callable
from email.message import EmailMessage

from sqlmodel import Session

from troubleshoot_app.core.db import transact
from troubleshoot_app.core.errors import NoDatabase
from troubleshoot_app.core.log import log_bug
from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.core.threads import Pool, in_thread
from troubleshoot_app.notifications.mail import MailDeferred, MailRefused, sender_from

logger = logging.getLogger(__name__)

PAUSES = (5.0, 30.0, 120.0)

Prepare = Callable[[Session], EmailMessage | None]
Record = Callable[[Session, str], None]


async def post(prepare: Prepare, record: Record, what: str) -> None:
    """Send what ``prepare`` returns, asked anew before each attempt; None means that it is no longer wanted.

    ``record`` is told how each attempt went: why not, or an empty string. ``what`` names the mail in the log. Nothing
    is raised: whoever asked for the mail has their answer already.
    """
    for pause in (*PAUSES, None):
        try:
            is_done = await in_thread(Pool.ACCOUNT_MAIL, _attempt, prepare, record, what)
        except NoDatabase as trouble:
            logger.warning("%s not sent: %s", what, trouble)
            is_done = False
        except Exception as error:  # noqa: BLE001  the outermost edge of what happens after an answer
            log_bug(logger, error, what)
            return
        if is_done or pause is None:
            return
        await asyncio.sleep(pause)


def _attempt(prepare: Prepare, record: Record, what: str) -> bool:
    """Return whether there is nothing left to do. No transaction is open while the mail server is talked to."""
    message = transact(prepare)
    if message is None:
        return True
    why, is_done = "", True
    try:
        sender_from(get_settings()).send(message)
    except MailRefused as refusal:
        why = str(refusal)
    except MailDeferred as trouble:
        why, is_done = str(trouble), False
    if why:
        logger.warning("%s not sent: %s", what, why)
    else:
        logger.info("%s sent", what)
    transact(record, why)
    return is_done
