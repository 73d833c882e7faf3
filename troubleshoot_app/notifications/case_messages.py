"""What mails say to the people of a case when something has happened to it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from uuid import UUID

from troubleshoot_app.domain.handoff import News
from troubleshoot_app.notifications.letters import Letter, Quote
from troubleshoot_app.notifications.mail_headers import clean, clip, one_line
from troubleshoot_app.notifications.messages import (
    NAME_LENGTH,
    QUOTE_LENGTH,
    SUBJECT_LENGTH,
    SUBJECT_PART_LENGTH,
    TITLE_LENGTH,
    MailOfCase,
    in_thread_of_case,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsMail(MailOfCase):
    """All that a mail with news of a case is made of. ``until`` is when a case that was left alone is opened again."""

    mail_id: UUID
    news: News
    escalator_name: str
    claimer_name: str
    title: str
    question: str
    resolution: str = ""
    until: datetime | None = None


def news_message(mail: NewsMail) -> EmailMessage:
    """Return the mail that tells one of its people what became of a case, in the thread of that case."""
    return in_thread_of_case(mail, str(mail.mail_id), _letter(mail))


def _letter(mail: NewsMail) -> Letter:
    claimer = clip(one_line(mail.claimer_name), NAME_LENGTH) or "Somebody"
    title = clip(one_line(mail.title), TITLE_LENGTH) or "your case"
    heading, lead = _words(mail, claimer, title)
    start = clip(heading, SUBJECT_PART_LENGTH * 2)
    quotes = (Quote("Stuck at", _quoted(mail.question)), Quote("What helped", _quoted(mail.resolution)))
    return Letter(
        subject=clip(f"{start}{' ' if start.endswith('?') else ': '}{title}", SUBJECT_LENGTH),
        heading=heading,
        lead=lead,
        link=mail.link,
        link_label="Open the case",
        quotes=tuple(quote for quote in quotes if quote.text),
        why=(
            "You get this mail because you picked this case up in Troubleshoot."
            if mail.news is News.STILL_ON_IT
            else "You get this mail because you escalated this case in Troubleshoot and had no page open."
        ),
    )


def _words(mail: NewsMail, claimer: str, title: str) -> tuple[str, str]:
    """Return the heading and the sentence below it."""
    match mail.news:
        case News.CLAIMED:
            return (
                f"{claimer} has picked up your case",
                f"{claimer} goes on with “{title}” from where you stood. You can follow it on its page.",
            )
        case News.OPEN_AGAIN:
            return (
                "Your case is open again",
                f"Whoever had picked up “{title}” does not go on with it. Everybody has been told again.",
            )
        case News.RESOLVED:
            return "Your case is resolved", f"{claimer} has resolved “{title}”."
        case News.STILL_ON_IT:
            escalator = clip(one_line(mail.escalator_name), NAME_LENGTH) or "Somebody"
            return (
                "Still on it?",
                f"You picked up “{title}” from {escalator}, and nothing has happened since. Open it and say whether you "
                f"keep it or give it back. Without an answer it is opened again{_at(mail.until)}, and everybody is told.",
            )


def _at(until: datetime | None) -> str:
    return f" at {until.astimezone(UTC):%H:%M} UTC" if until is not None else ""


def _quoted(text: str) -> str:
    return clip(clean(text), QUOTE_LENGTH)
