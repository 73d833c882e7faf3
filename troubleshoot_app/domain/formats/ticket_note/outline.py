"""What a note says and in which order, once for all the forms that it is written in.

Every string of an outline is clean and plain: whoever writes it has only to keep it from being taken for markup.
"""

from dataclasses import dataclass
from typing import TypeAlias

from troubleshoot_app.domain.formats.ticket_note.note import NoteAttachment, NoteHandoff, NoteStep, TicketNote
from troubleshoot_app.domain.formats.ticket_note.words import (
    clean,
    count,
    length,
    moment,
    one_line,
    size,
    without_markup,
)
from troubleshoot_app.domain.handoff import HandoffStatus, Intent, SessionStatus

UNTITLED = "Untitled"
NOBODY = "Somebody"


@dataclass(frozen=True, slots=True)
class Prose:
    """What somebody wrote; it may have several lines. ``label`` says what it is, where the heading does not."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One numbered step: what was asked (it may have several lines), what was answered, what was noted, and by whom."""

    number: int
    question: str
    answer: str
    note: str
    about: str
    undone: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One point of a list: a line, and what somebody wrote below it."""

    line: str
    prose: tuple[Prose, ...] = ()


Block: TypeAlias = Prose | Entry | Item


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the note under a heading."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole note. ``link`` leads to the session itself."""

    title: str
    facts: tuple[tuple[str, str], ...]
    link: str
    sections: tuple[Section, ...]


def outline_of(note: TicketNote) -> Outline:
    """Return what there is to say of a session; nothing is said of what it does not have."""
    sections = (
        _out_of_range(note),
        _prose("Summary", note.summary),
        _path(note),
        _standing(note),
        Section("Handed over", tuple(_handoff(handoff, note.summary) for handoff in note.handoffs)),
        _prose("Notes", note.notes),
        Section("Attachments", tuple(_attachment(note, file) for file in note.attachments)),
    )
    return Outline(
        title=one_line(note.title) or one_line(note.tree_title) or UNTITLED,
        facts=_facts(note),
        link=one_line(note.url),
        sections=tuple(section for section in sections if section.blocks),
    )


def _facts(note: TicketNote) -> tuple[tuple[str, str], ...]:
    tree = one_line(note.tree_title) or UNTITLED
    facts = [
        ("Status", _status(note)),
        ("Ticket", one_line(note.ticket_ref)),
        ("Asset", one_line(note.asset)),
        ("Tree", f"{tree}, version {note.tree_version}"),
        ("Started", f"{moment(note.started_at)} by {_name(note.started_by.name)}"),
    ]
    if note.start_node is not None:
        node_id, text = note.start_node
        facts.append(("Started at", one_line(_question(text, node_id))))
    if note.completed_at is not None:
        took = length(note.completed_at - note.started_at)
        facts.append(("Completed", f"{moment(note.completed_at)}, took {took}"))
    else:
        facts.append(("Last change", moment(note.updated_at)))
    if note.holder.id != note.started_by.id:
        facts.append(("Holder", _name(note.holder.name)))
    return tuple((name, value) for name, value in facts if value)


def _status(note: TicketNote) -> str:
    if note.outcome is not None:
        return f"{note.status.capitalize()}, {note.outcome}"
    if note.status is SessionStatus.ESCALATED:
        return "Escalated, waiting for a senior"
    return note.status.capitalize()


def _prose(title: str, text: str) -> Section:
    words = clean(text)
    return Section(title, (Prose(words),) if words else ())


def _path(note: TicketNote) -> Section:
    entries = []
    changed = None
    for step, took in zip(note.steps, note.step_times(), strict=True):
        changed = step.replaces or changed
        if step.kept_as is not None:
            continue
        answer = one_line(without_markup(step.option_label)) or one_line(step.option_id) or UNTITLED
        value = one_line(step.reading.shown if step.reading is not None else step.value or "")
        entries.append(
            Entry(
                number=step.seq,
                question=_question(step.node_text, step.node_id, _tree_entered(step)),
                answer=_answer(answer, value, step.found),
                note=clean(step.note),
                about=f"{moment(step.at)}, {length(took)}, {_name(step.by.name)}{_remarks(step, changed)}",
                undone=step.undone,
            )
        )
    undone = sum(entry.undone for entry in entries)
    title = f"What was tried: {count(len(entries), 'step')}" + (
        f", {undone:,} of them undone" if undone else ""
    )
    return Section(title, tuple(entries))


def _standing(note: TicketNote) -> Section:
    title = _standing_title(note)
    blocks = [Prose(_question(note.node_text, note.node_id, one_line(note.node_tree)))]
    if pending := clean(note.pending_note):
        blocks.append(Prose(pending, "Note"))
    return Section(title, tuple(blocks))


def _standing_title(note: TicketNote) -> str:
    return "Where it ended" if note.status is SessionStatus.COMPLETED else "Where it stands"


def _out_of_range(note: TicketNote) -> Section:
    """Return what was measured that is not as expected, and was not undone."""
    lines = [
        f"{one_line(_question(step.node_text, step.node_id))} → {one_line(step.reading.shown)}, "
        f"expected {one_line(step.reading.expected)}"
        for step in note.steps
        if step.reading is not None and step.reading.out_of_range and not step.undone
    ]
    return Section("Out of range", tuple(Item(line) for line in lines))


def _remarks(step: NoteStep, changed: int | None) -> str:
    """Return what there is to say of an answer beside who gave it when; ``changed`` is the step that was answered anew last.
    The step in which a kept answer was given is not named: it is not in the note."""
    remarks = [", checked off"] if step.checked_off else []
    if step.undone_by is not None:
        remarks.append(f", undone by {_name(step.undone_by.name)}")
    if step.repeats is not None:
        remarks.append(f", kept when step {changed} was changed")
    if step.replaces is not None:
        remarks.append(f", in place of step {step.replaces}")
    return "".join(remarks)


def _tree_entered(step: NoteStep) -> str:
    return one_line(step.tree.title) if step.tree is not None and step.is_first_in_tree else ""


def _question(text: str, node_id: str, tree: str = "") -> str:
    """Return what was asked, with the tree that it belongs to where another one begins."""
    words = without_markup(text) or one_line(node_id) or UNTITLED
    return f"In “{tree}”: {words}" if tree else words


def _answer(label: str, value: str, found: str) -> str:
    answer = f"{label}: {value}" if value else label
    came_to = one_line(without_markup(found))
    return f"{answer} → {came_to}" if came_to else answer


def _handoff(handoff: NoteHandoff, summary: str) -> Item:
    """Return one time that it was handed over. Whoever completes a case resolves its escalation with the same words: they
    are in the ``summary``, and not said twice."""
    who, when = _name(handoff.raised_by.name), moment(handoff.created_at)
    if handoff.intent is Intent.PARK:
        line = f"Parked by {who} at {when}."
    else:
        line = f"Escalated by {who} at {when}, priority {handoff.priority}."
    if handoff.claimed_by is not None and handoff.claimed_at is not None:
        waited = length(handoff.claimed_at - handoff.created_at)
        line += (
            f" Picked up by {_name(handoff.claimed_by.name)} at {moment(handoff.claimed_at)}, {waited} later."
        )
    if handoff.closed_at is not None and handoff.status in _CLOSED:
        line += f" {_CLOSED[handoff.status]} at {moment(handoff.closed_at)}."
    elif handoff.status is HandoffStatus.OPEN and handoff.intent is Intent.ESCALATE:
        line += " Nobody has picked it up yet."
    resolution = "" if handoff.resolution == summary else clean(handoff.resolution)
    said = (Prose(clean(handoff.reason), "Reason"), Prose(resolution, "Resolution"))
    return Item(line, tuple(prose for prose in said if prose.text))


_CLOSED = {
    HandoffStatus.RESOLVED: "Resolved",
    HandoffStatus.CANCELLED: "Cancelled",
    HandoffStatus.RESUMED: "Resumed",
}


def _attachment(note: TicketNote, file: NoteAttachment) -> Item:
    about = [one_line(file.media_type), size(file.size)]
    if file.seq is not None:
        is_taken = any(step.seq == file.seq for step in note.steps)
        about.append(f"at step {file.seq}" if is_taken else _standing_title(note).lower())
    elif file.question is not None:
        about.append(f"at “{one_line(without_markup(file.question))}”, which was left without an answer")
    return Item(f"{one_line(file.name) or UNTITLED} ({', '.join(about)})")


def _name(name: str) -> str:
    return one_line(name) or NOBODY
