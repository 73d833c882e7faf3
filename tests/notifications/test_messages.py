"""What a mail about an escalation says, and that nothing people type keeps it from being sent or read."""

from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from html.parser import HTMLParser
from unicodedata import category

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.notifications.conftest import DELIVERY, HANDOFF, HOST, OPENED, escalation
from tests.support.smtp import MailServer
from troubleshoot_app.notifications.mail import MailRefused, SmtpSender
from troubleshoot_app.notifications.messages import MailStep, escalation_message
from troubleshoot_app.notifications.smtp_connection import SmtpServer

LINK = f"https://troubleshoot.internal.network.example.org/handoffs/{HANDOFF}"
FIELDS = (
    "recipient_name", "from_name", "tree_title", "session_title", "asset", "ticket_ref", "priority", "reason", "question",
)  # fmt: skip
NASTY = (
    "\r\nBcc: eve@example.org\r\n\r\nhello", "=?utf-8?q?a=0D=0ABcc:_eve?=", "\x00\x07\x1b[31m", "\ud800 and \udfff",
    "\u202eback\u2066wards", "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "**bold** [x](javascript:y)",
    "Ødegård, \"Łukasz\" <l@example.org>; (x) \\", ".\r\n.\r\nQUIT", "From here", "word " * 2000, "x" * 10_000,
    "語" * 10_000, "🛠️" * 500, "e\u0301" * 100, "שלום", "", " ", "\t", "{subject} %s $x", "a\u2028b\x85c\x0bd", "\ufeff",
)  # fmt: skip


class _Page(HTMLParser):
    """What a reader of the HTML part sees, and what it would load or follow."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: set[str] = set()
        self.text = ""
        self._skipping = False
        self.feed(html)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._skipping = tag in ("style", "title")
        self.links |= {
            value or "" for name, value in attrs if name in ("href", "src", "action", "background")
        }
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_endtag(self, tag: str) -> None:
        self._skipping = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self._skipping else data


def reread(message: EmailMessage) -> EmailMessage:
    read = message_from_bytes(message.as_bytes(), policy=default)
    assert isinstance(read, EmailMessage)
    return read


def parts(message: EmailMessage) -> tuple[str, str]:
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content().replace("\r\n", "\n"), html.get_content().replace("\r\n", "\n")


def test_its_headers() -> None:
    host = "troubleshoot.internal.network.example.org"
    message = reread(escalation_message(escalation(recipient_name="Łukasz Ødegård")))
    assert message["From"] == "Troubleshoot <troubleshoot@example.org>"
    assert message["To"] == "Łukasz Ødegård <dana@example.org>"
    assert message["Subject"] == "[Urgent] Vera Viewer needs help: Router LED is off · Turret Troubleshooting"
    assert message["Date"].datetime == OPENED + timedelta(seconds=3)
    assert message["Message-ID"] == f"<{DELIVERY}@{host}>"
    assert message["In-Reply-To"] == message["References"] == f"<handoff-{HANDOFF}@{host}>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Reply-To"] is None
    assert all(line.isascii() for line in message.as_string().splitlines())


@pytest.mark.parametrize(
    ("public_url", "host"),
    [
        ("http://localhost:3000/", "localhost"),
        ("https://[2001:db8::1]:8443", "[2001:db8::1]"),
        ("https://hilfe.bücher.example", "hilfe.xn--bcher-kva.example"),
        (f"https://{'a' * 60}.{'b' * 60}.example.org", f"{'a' * 60}.{'b' * 60}.example.org"),
    ],
)
def test_ids_stay_whole_on_any_host(public_url: str, host: str) -> None:
    raw = escalation_message(escalation(public_url=public_url)).as_bytes()
    for line in (f"Message-ID: <{DELIVERY}@{host}>", f"References: <handoff-{HANDOFF}@{host}>"):
        assert f"\r\n{line}\r\n".encode() in raw


def test_both_parts_say_the_same() -> None:
    text, html = parts(escalation_message(escalation()))
    page = _Page(html)
    for said in (
        "Vera Viewer needs help", "Urgent priority", "is stuck in “Turret Troubleshooting” and asks a senior",
        "Do the limit switches click?", "Router LED is off", "and the line starts again at noon.", "Hall 3 does not home",
        "TRT-0007", "INC-48213", "Sun 23 Nov 2025, 08:43 UTC", "Is the LED lit?", "→ No", "Note: not even at night",
        "The path so far (2 steps)", "Open the briefing", LINK, "You get this mail because",
    ):  # fmt: skip
        assert said in " ".join(text.split())
        assert said in page.text
    assert page.links == {LINK}
    assert not page.tags & {"script", "img", "link", "iframe", "form", "object", "base"}
    assert "url(" not in html
    assert "@import" not in html
    assert all(len(line) <= 72 or LINK in line for line in text.splitlines())


def test_what_is_not_there_leaves_no_gap() -> None:
    bare = escalation(
        priority="normal", reason=None, session_title="", asset=None, ticket_ref="", steps=(), from_name="", tree_title=""
    )  # fmt: skip
    message = escalation_message(bare)
    text, html = parts(message)
    assert message["Subject"] == "Somebody needs help: Do the limit switches click? · an untitled tree"
    for word in ("Reason", "Session", "Asset", "Ticket", "priority", "The path so far", "None"):
        assert word not in text
        assert word not in _Page(html).text
    assert "\n\n\n" not in text


def test_the_topic_is_the_best_there_is() -> None:
    def topic(**fields: str | None) -> str:
        return str(escalation_message(escalation(**fields))["Subject"]).split(": ")[1].split(" · ")[0]

    assert topic() == "Router LED is off"
    assert topic(reason=" \n\n Smoke \n and fire") == "Smoke"
    assert topic(reason="\u202e") == "Hall 3 does not home"
    assert topic(reason=None, session_title=None, question="It hums?\n\nNote: loudly") == "It hums?"
    assert topic(reason=None, session_title=None) == "Do the limit switches click?"
    assert topic(reason=None, session_title=None, question="") == "stuck"


@pytest.mark.parametrize(
    ("priority", "start"), [("low", "Vera"), ("high", "[High] Vera"), ("urgent", "[Urgent] Vera")]
)
def test_the_subject_tells_what_is_pressing(priority: str, start: str) -> None:
    message = escalation_message(escalation(priority=priority))
    assert message["Subject"].startswith(start)
    assert f"{priority.capitalize()} priority" in parts(message)[0]


@pytest.mark.parametrize(
    ("minutes", "waited"), [(1, "a minute"), (12, "12 minutes"), (119, "119 minutes"), (150, "2 hours"), (4400, "3 days")]
)  # fmt: skip
def test_a_later_round_says_that_it_is_still_open(minutes: int, waited: str) -> None:
    first = escalation_message(escalation())
    again = escalation_message(escalation(round=2, sent_at=OPENED + timedelta(minutes=minutes)))
    assert again["Subject"] == f"Still open: {first['Subject']}"
    assert (
        f"This is still open: Vera Viewer is stuck in “Turret Troubleshooting” and has been waiting for {waited}."
        in (" ".join(parts(again)[0].split()))
    )
    assert f"08:43 UTC, {waited} before this mail" in " ".join(parts(again)[0].split())
    assert again["References"] == first["References"]
    assert again["Message-ID"] != first["Message-ID"]


@pytest.mark.parametrize(("count", "left_out"), [(1, 0), (15, 0), (16, 1), (35, 20), (1000, 985)])
def test_of_a_long_path_beginning_and_end_are_told(count: int, left_out: int) -> None:
    steps = tuple(MailStep(f"Question-{number}?", f"answer-{number}.") for number in range(1, count + 1))
    text, html = parts(escalation_message(escalation(steps=steps)))
    for said in (text, _Page(html).text):
        told = [
            number
            for number in range(1, count + 1)
            if f"Question-{number}?" in said and f"→ answer-{number}." in said
        ]
        assert told == [number for number in range(1, count + 1) if number <= 3 or number > count - 12]
        assert (f"… {left_out} more in the briefing …" in said) is bool(left_out)
        assert f"({count} step{'s' if count > 1 else ''})" in said


def test_a_very_long_reason_ends_with_where_the_rest_is() -> None:
    text, html = parts(escalation_message(escalation(reason="word " * 2000)))
    assert "word…\n\n  The rest is in the briefing." in text
    assert "The rest is in the briefing." in html
    assert len(html) < 20_000


def check_arrival(message: EmailMessage, smtp: MailServer) -> None:
    """Send it through the real server; AssertionError unless it arrives whole, clean and as one mail to one person."""
    smtp.reset()
    SmtpSender(SmtpServer(HOST, smtp.port)).send(message)
    (mail,) = smtp.mails
    assert mail.recipients == ["dana@example.org"]
    received = mail.message
    for name in ("From", "To", "Subject", "Date", "Message-ID", "References"):
        assert len(received.get_all(name, [])) == 1
    assert received["Bcc"] is None
    assert [address.addr_spec for address in received["To"].addresses] == ["dana@example.org"]
    assert [address.addr_spec for address in received["From"].addresses] == ["troubleshoot@example.org"]
    assert received["Subject"] == message["Subject"]
    assert len(received["Subject"]) <= 120
    assert parts(received) == parts(message)
    text, html = parts(received)
    page = _Page(html)
    assert page.links == {LINK}
    assert not page.tags & {"script", "img", "iframe"}
    seen = str(received["Subject"]) + str(received["To"]) + text.replace("\n", "") + html.replace("\n", "")
    assert not [char for char in seen if category(char) in ("Cc", "Cs") and char != "\t"]
    assert not set(seen) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@pytest.mark.parametrize("text", NASTY)
def test_nasty_text_in_every_field_arrives_clean(smtp: MailServer, text: str) -> None:
    steps = (MailStep(text, text, text),) * 20
    check_arrival(escalation_message(escalation(**dict.fromkeys(FIELDS, text), steps=steps)), smtp)


ANY_TEXT = st.lists(
    st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=()), max_size=60), max_size=3
).map("".join)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=st.fixed_dictionaries(dict.fromkeys(FIELDS, ANY_TEXT)),
    step=st.builds(MailStep, ANY_TEXT, ANY_TEXT, ANY_TEXT),
)
def test_any_text_in_any_field_arrives_clean(
    smtp: MailServer, fields: dict[str, str], step: MailStep
) -> None:
    check_arrival(escalation_message(escalation(**fields, steps=(step,))), smtp)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(address=ANY_TEXT | st.tuples(ANY_TEXT, st.just("@example.org")).map("".join) | st.emails())
def test_any_address_is_either_asked_for_alone_or_refused(smtp: MailServer, address: str) -> None:
    smtp.reset()
    message = escalation_message(escalation(recipient_address=address))
    try:
        SmtpSender(SmtpServer(HOST, smtp.port)).send(message)
    except MailRefused:
        assert smtp.attempts == []
    else:
        (mail,) = smtp.mails
        assert len(mail.recipients) == 1
        assert mail.recipients[0].rpartition("@")[0] == address.strip().rpartition("@")[0]
