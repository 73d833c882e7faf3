"""One attempt to send a leased mail, and the record of what became of it. No transaction is open while it is sent."""

import logging
from collections.abc import Callable
from email.message import EmailMessage
from typing import TypeVar
from uuid import UUID

from sqlmodel import Session

from troubleshoot_app.core.log import log_bug
from troubleshoot_app.models import CaseMail, Invitation, PasswordReset
from troubleshoot_app.models.queues import QueuedRow
from troubleshoot_app.notifications import case_mails, invitation_mails, leases, mail_queue, reset_mails
from troubleshoot_app.notifications.account_messages import invitation_message, password_reset_message
from troubleshoot_app.notifications.case_messages import news_message
from troubleshoot_app.notifications.mail import MailDeferred, MailRefused, MailSender
from troubleshoot_app.notifications.messages import escalation_message
from troubleshoot_app.notifications.outgoing import in_turn

logger = logging.getLogger(__name__)

Mail = TypeVar("Mail")
Record = Callable[[str], None]


def deliver_mail(sender: MailSender, delivery_id: UUID, owner: int) -> None:
    """Tell one senior of an escalation, if they are still to be told."""
    told_round: int | None = None

    def prepare() -> EmailMessage | None:
        nonlocal told_round
        mail = in_turn(mail_queue.prepare, delivery_id, owner)
        if mail is None:
            return None
        told_round = mail.round
        return escalation_message(mail)

    _attempt(
        sender,
        prepare,
        sent=lambda: in_turn(mail_queue.record_sent, delivery_id, told_round),
        refused=lambda why: in_turn(mail_queue.record_refused, delivery_id, told_round, why),
        deferred=lambda why: in_turn(mail_queue.record_deferred, delivery_id, told_round, why),
        what=f"mail of delivery {delivery_id}",
    )


def deliver_news(sender: MailSender, mail_id: UUID, owner: int) -> None:
    """Tell one of the people of a case what happened to it, if that is still so."""
    _deliver(
        sender, CaseMail, case_mails.prepare, news_message, mail_id, owner, what=f"mail of case {mail_id}"
    )


def deliver_invitation(sender: MailSender, invitation_id: UUID, owner: int) -> None:
    """Mail an invitation, if it can still be taken."""
    what = f"mail of invitation {invitation_id}"
    _deliver(
        sender, Invitation, invitation_mails.prepare, invitation_message, invitation_id, owner, what=what
    )
    in_turn(invitation_mails.announce_progress, invitation_id)


def deliver_reset(sender: MailSender, reset_id: UUID, owner: int) -> None:
    """Mail a link for a new password, if it is still good and somebody active has the address."""
    what = f"mail of password reset {reset_id}"
    _deliver(sender, PasswordReset, reset_mails.prepare, password_reset_message, reset_id, owner, what=what)


def _deliver(
    sender: MailSender,
    queue: type[QueuedRow],
    prepare: Callable[[Session, UUID, int], Mail | None],
    write: Callable[[Mail], EmailMessage],
    row_id: UUID,
    owner: int,
    *,
    what: str,
) -> None:
    def message() -> EmailMessage | None:
        mail = in_turn(prepare, row_id, owner)
        return None if mail is None else write(mail)

    _attempt(
        sender,
        message,
        sent=lambda: in_turn(leases.record_sent, queue, row_id),
        refused=lambda why: in_turn(leases.record_refused, queue, row_id, why),
        deferred=lambda why: in_turn(leases.record_deferred, queue, row_id, why),
        what=what,
    )


def _attempt(
    sender: MailSender,
    prepare: Callable[[], EmailMessage | None],
    *,
    sent: Callable[[], None],
    refused: Record,
    deferred: Record,
    what: str,
) -> None:
    try:
        message = prepare()
        if message is None:
            return
        sender.send(message)
    except MailRefused as refusal:
        logger.warning("%s refused: %s", what, refusal)
        refused(str(refusal))
    except MailDeferred as trouble:
        logger.warning("%s deferred: %s", what, trouble)
        deferred(str(trouble))
    except Exception as error:  # noqa: BLE001  one mail that cannot be made must not stop the others
        deferred(f"Something went wrong ({log_bug(logger, error, what)}).")
    else:
        sent()
        logger.info("%s sent", what)
