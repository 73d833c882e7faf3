"""Notes to write: one that has everything, and strategies for notes with any words in any place."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from troubleshoot_app.domain.formats.ticket_note.note import (
    NoteAttachment,
    NoteHandoff,
    NoteReading,
    NoteStep,
    NoteTree,
    Person,
    TicketNote,
)
from troubleshoot_app.domain.handoff import HandoffStatus, Intent, Outcome, Priority, SessionStatus

START = datetime(2026, 3, 4, 9, 15, tzinfo=UTC)
VERA = Person("0198f2ab-0000-7000-8000-000000000001", "Vera Viewer")
ERIN = Person("0198f2ab-0000-7000-8000-000000000002", "Erin Engineer")
OFFICE = NoteTree("0198f2ab-2222-7000-8000-00000000000b", "No internet at a branch office", 3)
POWER = NoteTree("0198f2ab-2222-7000-8000-00000000000c", "Power supply", 1)
URL = "https://help.example.org/sessions/0198f2ab-1111-7000-8000-00000000000a"

TRAPS = (
    "# Forged heading", "## What was tried: 0 steps", "=== \nx\n===", "x\n---", "- [ ] task", "1. one", "1) one", "> quote",
    "| a | b |\n| --- | --- |\n| 1 | 2 |", "a\n:-:", "```\ncode\n```", "~~~", "    code", "\tcode", "***", "_x_ __y__ a_b_c",
    "*x* **y**", "`x`", "<b>x</b>", "<script>alert(1)</script>", "<!-- x", "&lt; &amp; &#60;", "[x](javascript:alert(1))",
    "![x](http://x.test/y.png)", "[x]: http://x.test", "[^1]", "<http://x.test>", "http://x.test/a_b*c", "\\", "\\*", "$x$",
    "~~x~~", "x  ", "x\\", "C #", "C ##", "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "＝1", "x\r\ny",
    "x\u2028y", "x\x0by",
    "\x1b[31mred", "\u202egnp.exe", "日本語" * 30, "x" * 200, "https://x.test/" + "y" * 200, "é😀مرحبا", "\ufffe", "\0",
    '" onmouseover="alert(1)', "' x", "</title><script>", "{title}", "%s", "#let x = 1", "#set page(1cm)", "@ref", "$ x $",
)  # fmt: skip


def step(seq: int, question: str, answer: str, minutes: int, **fields: object) -> NoteStep:
    """Return the step that was answered so many minutes after the start, by Vera unless told otherwise."""
    given = {
        "seq": seq,
        "node_id": f"node-{seq}",
        "node_text": question,
        "option_id": f"option-{seq}",
        "option_label": answer,
        "by": VERA,
        "at": START + timedelta(minutes=minutes),
        "tree": OFFICE,
    }
    return NoteStep(**(given | fields))  # type: ignore[arg-type]


def whole_note() -> TicketNote:
    """Return a note with all that a note can have."""
    return TicketNote(
        id="0198f2ab-1111-7000-8000-00000000000a",
        url=URL,
        title="No internet at branch 12",
        ticket_ref="INC-4711",
        asset="RTR-12, rack 3 <left>",
        notes='Customer called twice.\n- spare power supply in the van\n=HYPERLINK("http://x.test")\n\n# Call back at 12:00',
        tree_id="0198f2ab-2222-7000-8000-00000000000b",
        tree_title="No internet at a branch office",
        tree_version=3,
        status=SessionStatus.COMPLETED,
        outcome=Outcome.RESOLVED,
        summary="Replaced the power supply; the LEDs are green again.",
        node_id="end",
        node_text="It works.",
        started_by=VERA,
        holder=ERIN,
        started_at=START,
        updated_at=START + timedelta(minutes=62),
        completed_at=START + timedelta(minutes=62),
        steps=(
            step(
                1, "Is the router's **power** LED lit?", "No", 1,
                note="The plug was loose.\nSerial AB_12*34*, see https://vendor.example/kb/12345?x=y_z",
            ),
            step(2, "Plug it in:\n1. Pull the plug\n2. Wait 30 s", "Done", 4, undone=True, undone_by=ERIN, checked_off=True),
            step(
                3, "Measure the voltage between pins 3 and 7 of the connector on the back of the power supply, with "
                "the load connected.", "Out of range", 19, value="-11.2",
                reading=NoteReading("-11.2 V", "-12.6 to -11.5 V", out_of_range=True), note="日本語 مرحبا שלום Привет 😀",
                tree=POWER, is_first_in_tree=True, found="Replace the *power supply*.",
            ),
            step(4, "Is the WAN LED green?", "Yes", 55, by=ERIN, is_first_in_tree=True),
        ),
        handoffs=(
            NoteHandoff(
                intent=Intent.PARK, status=HandoffStatus.RESUMED, priority=Priority.NORMAL, reason="Lunch.",
                raised_by=VERA, created_at=START + timedelta(minutes=5), closed_at=START + timedelta(minutes=14),
            ),
            NoteHandoff(
                intent=Intent.ESCALATE, status=HandoffStatus.RESOLVED, priority=Priority.HIGH,
                reason="The voltage is off and I have no spare part.\nThe customer is waiting.", raised_by=VERA,
                created_at=START + timedelta(minutes=20), claimed_by=ERIN, claimed_at=START + timedelta(minutes=25),
                closed_at=START + timedelta(minutes=62), resolution="Swapped the power supply.",
            ),
        ),
        attachments=(
            NoteAttachment("led.jpg", "image/jpeg", 345_678, 1),
            NoteAttachment("router | log.txt", "text/plain", 1023, None, "Is the **fan** turning?"),
        ),
    )  # fmt: skip


_words = (
    st.sampled_from(TRAPS)
    | st.text(max_size=60)
    | st.lists(st.sampled_from(TRAPS), max_size=4).map("\n".join)
)
_people = st.builds(Person, st.just("someone"), _words)
_times = st.integers(0, 10**7).map(lambda seconds: START + timedelta(seconds=seconds))
_steps = st.builds(
    NoteStep,
    seq=st.just(1),
    tree=st.none() | st.builds(NoteTree, st.just("tree"), _words, st.just(1)),
    is_first_in_tree=st.booleans(),
    found=st.just("") | _words,
    node_id=_words,
    node_text=_words,
    option_id=_words,
    option_label=_words,
    value=st.none() | _words,
    reading=st.none() | st.builds(NoteReading, _words, _words, st.booleans()),
    checked_off=st.booleans(),
    note=_words,
    by=_people,
    at=_times,
    undone=st.booleans(),
    undone_by=st.none() | _people,
)
_handoffs = st.builds(
    NoteHandoff,
    intent=st.sampled_from(Intent),
    status=st.sampled_from(HandoffStatus),
    priority=st.sampled_from(Priority),
    reason=_words,
    raised_by=_people,
    created_at=_times,
    claimed_by=st.none() | _people,
    claimed_at=st.none() | _times,
    closed_at=st.none() | _times,
    resolution=_words,
)
_files = st.builds(
    NoteAttachment,
    _words,
    _words,
    st.integers(0, 2**40),
    st.none() | st.integers(1, 9),
    st.none() | _words,
)


def notes() -> st.SearchStrategy[TicketNote]:
    """Notes with any words in any place."""
    return st.builds(
        TicketNote,
        id=_words,
        url=st.just(URL),
        title=_words,
        ticket_ref=_words,
        asset=_words,
        notes=_words,
        tree_id=_words,
        tree_title=_words,
        tree_version=st.integers(1, 99),
        status=st.sampled_from(SessionStatus),
        outcome=st.none() | st.sampled_from(Outcome),
        summary=_words,
        node_id=_words,
        node_text=_words,
        node_tree=st.just("") | _words,
        pending_note=_words,
        started_by=_people,
        holder=_people,
        started_at=_times,
        updated_at=_times,
        completed_at=st.none() | _times,
        steps=st.lists(_steps, max_size=3).map(_numbered),
        handoffs=st.lists(_handoffs, max_size=2).map(tuple),
        attachments=st.lists(_files, max_size=2).map(tuple),
    )


def _numbered(steps: list[NoteStep]) -> tuple[NoteStep, ...]:
    return tuple(replace(step, seq=number) for number, step in enumerate(steps, 1))
