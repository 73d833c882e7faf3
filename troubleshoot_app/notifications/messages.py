"""What mails say: the message for each occasion, built from plain values and nothing else."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from uuid import UUID

from troubleshoot_app.notifications.letters import Badge, Letter, PathEntry, Quote, as_html, as_text
from troubleshoot_app.notifications.mail_headers import (
    MAIL_POLICY,
    clean,
    clip,
    host_of,
    mailbox,
    mailbox_from,
    one_line,
)

SUBJECT_LENGTH = 120
SUBJECT_PART_LENGTH = 32
NAME_LENGTH = 80
TITLE_LENGTH = 200
QUOTE_LENGTH = 4_000
STEP_LENGTH = 400
FIRST_STEPS = 3
LAST_STEPS = 12

_LOUD = frozenset({"high", "urgent"})


@dataclass(frozen=True, slots=True)
class MailStep:
    """One step of the path so far, oldest first. ``tree`` is the tree that the path enters with it; ``found`` what that
    tree came to with it."""

    question: str
    answer: str
    note: str | None = None
    tree: str | None = None
    found: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MailOfCase:
    """What all mails about a handoff have: from and to whom, and when. Strings are as people wrote them."""

    handoff_id: UUID
    mail_from: str
    public_url: str
    recipient_name: str
    recipient_address: str
    sent_at: datetime

    @property
    def link(self) -> str:
        """Where the briefing is."""
        return f"{self.public_url.rstrip('/')}/handoffs/{self.handoff_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationMail(MailOfCase):
    """All that a mail about an escalation is made of. Strings are as people wrote them; times are aware.
    ``stuck_in`` is the tree of the question, when the session has jumped to another one than it started on.

    ``round`` counts how often people were told: from the second time on the mail says that the case is still open.
    """

    delivery_id: UUID
    from_name: str
    tree_title: str
    priority: str
    question: str
    start_question: str | None = None
    opened_at: datetime
    stuck_in: str | None = None
    steps: tuple[MailStep, ...] = ()
    out_of_range: tuple[str, ...] = ()
    reason: str | None = None
    session_title: str | None = None
    asset: str | None = None
    ticket_ref: str | None = None
    round: int = 1


def escalation_message(mail: EscalationMail) -> EmailMessage:
    """Return the mail that tells one senior of an escalation. Whatever its strings hold, it can be built and sent.

    All mails about one handoff are one thread. The Message-ID is the same at each attempt, so that a mail that came
    twice is shown once, and another in each round, so that a reminder is shown at all.
    """
    again = f".{mail.round}" if mail.round > 1 else ""
    return in_thread_of_case(mail, f"{mail.delivery_id}{again}", _escalation_letter(mail))


def in_thread_of_case(mail: MailOfCase, message_id: str, letter: Letter) -> EmailMessage:
    """Return a letter as a mail in the one thread that all mails about a handoff are."""
    host = host_of(mail.public_url)
    thread = f"<handoff-{mail.handoff_id}@{host}>"
    message = EmailMessage(policy=MAIL_POLICY)
    message["From"] = mailbox_from(mail.mail_from)
    message["To"] = mailbox(mail.recipient_name, mail.recipient_address)
    message["Subject"] = letter.subject
    message["Date"] = mail.sent_at
    message["Message-ID"] = f"<{message_id}@{host}>"
    message["In-Reply-To"] = thread
    message["References"] = thread
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(as_text(letter))
    message.add_alternative(as_html(letter), subtype="html")
    return message


def _escalation_letter(mail: EscalationMail) -> Letter:
    name = clip(one_line(mail.from_name), NAME_LENGTH) or "Somebody"
    tree = clip(one_line(mail.tree_title), TITLE_LENGTH) or "an untitled tree"
    if mail.round > 1:
        lead = f"This is still open: {name} is stuck in “{tree}” and has been waiting for {_waited(mail)}."
    else:
        lead = f"{name} is stuck in “{tree}” and asks a senior to take over."
    stuck_in = clip(one_line(mail.stuck_in), TITLE_LENGTH)
    stuck_at = f"Stuck at, in “{stuck_in}”" if stuck_in else "Stuck at"
    measured = "\n".join(one_line(line) for line in mail.out_of_range)
    quotes = (
        Quote("Out of range", _quoted(measured)),
        Quote(stuck_at, _quoted(mail.question)),
        Quote("Reason", _quoted(mail.reason)),
    )
    count = len(mail.steps)
    return Letter(
        subject=_subject(mail, name, tree),
        heading=f"{name} needs help",
        badge=_badge(mail.priority),
        lead=lead,
        link=mail.link,
        link_label="Open the briefing",
        quotes=tuple(quote for quote in quotes if quote.text),
        facts=_facts(mail, tree),
        path_title=f"The path so far ({count} step{'' if count == 1 else 's'})",
        path=_path(mail.steps),
        why=(
            "You get this mail because you can pick up escalations of your team in Troubleshoot. "
            "Whoever claims it first takes over; the briefing shows whether somebody already has."
        ),
    )


def _subject(mail: EscalationMail, name: str, tree: str) -> str:
    priority = mail.priority.lower()
    start = "Still open: " if mail.round > 1 else ""
    if priority in _LOUD:
        start += f"[{priority.capitalize()}] "
    start += f"{clip(name, SUBJECT_PART_LENGTH)} needs help: "
    end = f" · {clip(tree, SUBJECT_PART_LENGTH)}"
    topics = (mail.reason, mail.session_title, mail.question, "stuck")
    topic = next(line for topic in topics if (line := one_line(clean(topic).partition("\n")[0])))
    return f"{start}{clip(topic, SUBJECT_LENGTH - len(start) - len(end))}{end}"


def _badge(priority: str) -> Badge | None:
    if priority.lower() == "normal":
        return None
    word = clip(one_line(priority), SUBJECT_PART_LENGTH).capitalize()
    return Badge(f"{word} priority", "loud" if priority.lower() in _LOUD else "plain") if word else None


def _quoted(text: str | None) -> str:
    whole = clean(text)
    return (
        whole
        if len(whole) <= QUOTE_LENGTH
        else f"{clip(whole, QUOTE_LENGTH)}\n\nThe rest is in the briefing."
    )


def _facts(mail: EscalationMail, tree: str) -> tuple[tuple[str, str], ...]:
    asked = f"{mail.opened_at.astimezone(UTC):%a %d %b %Y, %H:%M} UTC"
    if mail.sent_at - mail.opened_at >= timedelta(minutes=1):
        asked += f", {_waited(mail)} before this mail"
    given = {
        "Session": mail.session_title,
        "Asset": mail.asset,
        "Ticket": mail.ticket_ref,
        "Started at": mail.start_question,
    }
    lines = {name: clip(one_line(value), TITLE_LENGTH) for name, value in given.items()}
    if lines["Session"] == tree:
        del lines["Session"]
    return (("Tree", tree), *((name, line) for name, line in lines.items() if line), ("Asked", asked))


def _asked(step: MailStep) -> str:
    tree = clip(one_line(step.tree), TITLE_LENGTH)
    return f"In “{tree}”: {clean(step.question)}" if tree else clean(step.question)


def _answered(step: MailStep) -> str:
    found = one_line(step.found)
    return f"{clean(step.answer)} → {found}" if found else clean(step.answer)


def _path(steps: tuple[MailStep, ...]) -> tuple[PathEntry | str, ...]:
    entries = [
        PathEntry(
            number,
            clip(_asked(step), STEP_LENGTH),
            clip(_answered(step), STEP_LENGTH),
            clip(clean(step.note), STEP_LENGTH),
        )
        for number, step in enumerate(steps, 1)
        if number <= FIRST_STEPS or number > len(steps) - LAST_STEPS
    ]
    left_out = len(steps) - len(entries)
    if not left_out:
        return tuple(entries)
    return (*entries[:FIRST_STEPS], f"… {left_out} more in the briefing …", *entries[FIRST_STEPS:])


def _waited(mail: EscalationMail) -> str:
    minutes = int((mail.sent_at - mail.opened_at) / timedelta(minutes=1))
    for size, word in ((24 * 60, "days"), (60, "hours")):
        if minutes >= 2 * size:
            return f"{minutes // size} {word}"
    return "a minute" if minutes <= 1 else f"{minutes} minutes"
