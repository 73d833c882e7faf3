"""Mails about a person's own place here: a new password, and an invitation."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from uuid import UUID

from troubleshoot_app.notifications.letters import Letter, as_html, as_text
from troubleshoot_app.notifications.mail_headers import (
    MAIL_POLICY,
    clip,
    host_of,
    mailbox,
    mailbox_from,
    one_line,
)

NAME_LENGTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMail:
    """What all these mails have: from and to whom, when, and the secret that their link carries."""

    id: UUID
    mail_from: str
    public_url: str
    recipient_name: str
    recipient_address: str
    sent_at: datetime
    expires_at: datetime
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationMail(AccountMail):
    """An invitation. Strings are as people wrote them."""

    inviter_name: str
    account_name: str
    role: str


def password_reset_message(mail: AccountMail) -> EmailMessage:
    """Return the mail with the link to choose a new password."""
    return _message(
        mail,
        Letter(
            subject="Choose a new password for Troubleshoot",
            heading="Choose a new password",
            lead=(
                "Somebody, probably you, asked for a new password for this address. The link works once, "
                f"until {_time(mail.expires_at)}."
            ),
            link=f"{mail.public_url.rstrip('/')}/reset?token={mail.token}",
            link_label="Choose a new password",
            why=(
                "If you did not ask for this, do nothing: your password stays as it is. "
                "With a new password, you are signed out everywhere."
            ),
        ),
    )


def invitation_message(mail: InvitationMail) -> EmailMessage:
    """Return the mail that invites somebody to an account."""
    inviter = clip(one_line(mail.inviter_name), NAME_LENGTH) or "Somebody"
    account = clip(one_line(mail.account_name), NAME_LENGTH) or "an account"
    return _message(
        mail,
        Letter(
            subject=f"{inviter} invites you to {account} on Troubleshoot",
            heading=f"Join {account}",
            lead=(
                f"{inviter} invites you to work on troubleshooting cases together, as {_with_article(mail.role)}. "
                f"The link works once, until {_time(mail.expires_at)}."
            ),
            link=f"{mail.public_url.rstrip('/')}/register?invitation={mail.token}",
            link_label="Accept the invitation",
            why=f"You get this mail because {inviter} entered your address. If you do not know them, ignore it.",
        ),
    )


def _message(mail: AccountMail, letter: Letter) -> EmailMessage:
    message = EmailMessage(policy=MAIL_POLICY)
    message["From"] = mailbox_from(mail.mail_from)
    message["To"] = mailbox(mail.recipient_name, mail.recipient_address)
    message["Subject"] = letter.subject
    message["Date"] = mail.sent_at
    message["Message-ID"] = f"<{mail.id}@{host_of(mail.public_url)}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(as_text(letter))
    message.add_alternative(as_html(letter), subtype="html")
    return message


def _time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%A, %d %B %Y, %H:%M} UTC"


def _with_article(role: str) -> str:
    return f"{'an' if role[:1] in 'aeiou' else 'a'} {role}"
