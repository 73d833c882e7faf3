"""The ticket note: what it says in each form, that it is the same each time, and that nobody's words become markup."""

import dataclasses
import io
import json
import time
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pypdf import PdfReader

from tests.exports.notes import TRAPS, URL, notes, step, whole_note
from troubleshoot_app.domain.formats.ticket_note import FORMS, NoteFormat, write_note
from troubleshoot_app.domain.formats.ticket_note.note import TicketNote
from troubleshoot_app.domain.formats.ticket_note.outline import Entry, Prose, outline_of
from troubleshoot_app.domain.formats.ticket_note.plain import FORMULA, WIDTH, columns

GOLDEN = Path(__file__).parent / "golden"
THOUSAND_SECONDS = 20


def written(note: TicketNote, form: NoteFormat) -> str:
    return write_note(note, form).decode()


def pdf_text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize("form", [form for form in NoteFormat if form is not NoteFormat.PDF])
def test_a_note_reads_as_it_is_kept_here(form: NoteFormat):
    """To see what a change makes of it: write the files anew and look at the difference."""
    assert written(whole_note(), form) == (GOLDEN / f"note.{FORMS[form].suffix}").read_text()


@pytest.mark.parametrize("form", NoteFormat)
def test_the_same_note_gives_the_same_bytes(form: NoteFormat):
    assert write_note(whole_note(), form) == write_note(whole_note(), form)


def test_a_pdf_says_what_the_others_say():
    pdf = write_note(whole_note(), NoteFormat.PDF)

    text = " ".join(pdf_text(pdf).split())
    for words in (
        "No internet at branch 12", "INC-4711", "RTR-12, rack 3 <left>", "version 3", "Is the router's power LED lit?",
        "→ No", "The plug was loose.", "Out of range: -11.2 V", "(undone) Plug it in:", "日本語", "Привет", "Lunch.",
        "Escalated by Vera Viewer", "Picked up by Erin Engineer", "Swapped the power supply.", "# Call back at 12:00",
        "led.jpg (image/jpeg, 337.6 KB, at step 1)", "2026-03-04 09:16 UTC, 1 min, Vera Viewer",
    ):  # fmt: skip
        assert words in text
    reader = PdfReader(io.BytesIO(pdf))
    assert reader.metadata is not None
    assert reader.metadata.title == "No internet at branch 12"
    assert reader.metadata.creation_date == whole_note().updated_at
    links = [a.get_object()["/A"]["/URI"] for page in reader.pages for a in page.get("/Annots", ())]
    assert set(links) == {URL}


def test_words_of_any_kind_are_set_in_a_pdf():
    """One note with all traps: a program for each of them would take long."""
    steps = tuple(
        step(number, trap, trap, number, note=trap, value=trap) for number, trap in enumerate(TRAPS, 1)
    )
    note = dataclasses.replace(
        whole_note(),
        title="*x* #let y = 1",
        notes="\n".join(TRAPS),
        steps=steps,
        asset="हिन्दी ไทย \U0010ffff",
    )

    text = pdf_text(write_note(note, NoteFormat.PDF))

    for words in (
        "*x* #let y = 1",
        "<script>alert(1)</script>",
        "#set page(1cm)",
        "## What was tried: 0 steps",
    ):
        assert words in text


def test_what_a_session_does_not_have_is_not_mentioned():
    bare = dataclasses.replace(
        whole_note(),
        title="",
        ticket_ref="",
        asset="",
        notes="",
        summary="",
        steps=(),
        handoffs=(),
        attachments=(),
    )

    outline = outline_of(bare)

    assert outline.title == "No internet at a branch office"
    assert [name for name, _ in outline.facts] == ["Status", "Tree", "Started", "Completed", "Holder"]
    assert [section.title for section in outline.sections] == ["Where it ended"]


@given(notes())
def test_json_holds_every_word_as_it_was_written(note: TicketNote):
    record = json.loads(written(note, NoteFormat.JSON))

    for field in ("id", "url", "title", "ticket_ref", "asset", "notes", "summary", "status", "outcome"):
        assert record[field] == getattr(note, field)
    assert record["current"] == {
        "id": note.node_id,
        "tree": note.node_tree or note.tree_title,
        "text": note.node_text,
        "note": note.pending_note,
    }
    assert record["holder"] == dataclasses.asdict(note.holder)
    for kept, given_step in zip(record["steps"], note.steps, strict=True):
        for field in ("seq", "node_text", "option_label", "value", "found", "note", "undone"):
            assert kept[field] == getattr(given_step, field)
        assert kept["by"] == dataclasses.asdict(given_step.by)
        by = given_step.undone_by
        assert kept["undone_by"] == (None if by is None else dataclasses.asdict(by))
    for kept, handoff in zip(record["handoffs"], note.handoffs, strict=True):
        for field in ("intent", "status", "priority", "reason", "resolution"):
            assert kept[field] == getattr(handoff, field)
    assert record["attachments"] == [dataclasses.asdict(file) for file in note.attachments]


@given(notes())
def test_text_stays_within_its_width_and_no_line_is_a_formula(note: TicketNote):
    for line in written(note, NoteFormat.TEXT).splitlines():
        assert columns(line) <= WIDTH or "https://" in line or "http://" in line
        assert not line.lstrip().startswith((*FORMULA, "\t"))
        assert line.isprintable() or not line.isascii()
        assert line == line.rstrip()


@given(notes())
def test_text_has_no_headings_but_its_own(note: TicketNote):
    outline = outline_of(note)
    own = {section.title.upper() for section in outline.sections} | {"Note:"}
    facts = {f"{name}:" for name, _ in (*outline.facts, ("Link", ""))}

    _, *blocks = written(note, NoteFormat.TEXT).split("\n\n")

    for line in "\n".join(blocks).splitlines():
        at_margin = line and not line.startswith((" ", "| ", "|", "* "))
        assert not at_margin or line in own or line.startswith(tuple(facts))


class Page(HTMLParser):
    """Collects elements with their attributes, and text by the class or name of the innermost element."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.others: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, tuple(attrs)))
        self.text += "\n" if tag == "br" else ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    def unknown_decl(self, data: str) -> None:
        self.others.append(data)

    def handle_pi(self, data: str) -> None:
        self.others.append(data)


ELEMENTS = {
    "html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "dl", "dt", "dd", "a", "section", "ol", "ul", "li",
    "div", "p", "span", "br", "blockquote",
}  # fmt: skip
ATTRIBUTES = {"lang", "charset", "name", "content", "http-equiv", "dir", "class", "href"}


@given(notes())
def test_html_has_no_element_but_its_own(note: TicketNote):
    outline = outline_of(note)
    page = Page(written(note, NoteFormat.HTML))
    harmless = Page(written(_harmless(note), NoteFormat.HTML))

    assert {tag for tag, _ in page.elements} <= ELEMENTS
    assert {name for _, attributes in page.elements for name, _ in attributes} <= ATTRIBUTES
    assert page.others == []
    assert [tag for tag, _ in page.elements if tag in {"a", "h1", "script", "style", "title"}] == [
        tag for tag, _ in harmless.elements if tag in {"a", "h1", "script", "style", "title"}
    ]
    for words in (outline.title, *(value for _, value in outline.facts)):
        assert words in page.text


def _harmless(note: TicketNote) -> TicketNote:
    return dataclasses.replace(note, title="x", notes="x", steps=(), handoffs=(), attachments=())


MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])
INLINE = {
    "text",
    "softbreak",
    "hardbreak",
    "strong_open",
    "strong_close",
    "em_open",
    "em_close",
    "link_open",
    "link_close",
}
BLOCKS = {
    "heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "bullet_list_open", "bullet_list_close",
    "ordered_list_open", "ordered_list_close", "list_item_open", "list_item_close", "blockquote_open", "blockquote_close",
}  # fmt: skip


def shown(token: Token) -> str:
    return "".join(
        "\n" if child.type in {"softbreak", "hardbreak"} else child.content for child in token.children or ()
    )


@given(notes())
def test_markdown_shows_words_as_they_are(note: TicketNote):
    outline = outline_of(note)
    tokens = MARKDOWN.parse(written(note, NoteFormat.MARKDOWN))
    inline = [token for token in tokens if token.type == "inline"]
    children = [child for token in inline for child in token.children or ()]

    assert {token.type for token in tokens} <= BLOCKS
    assert {child.type for child in children} <= INLINE
    assert [child.attrs["href"] for child in children if child.type == "link_open"] == [URL]
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h1"] + ["h2"] * len(
        outline.sections
    )
    assert shown(inline[0]) == outline.title
    assert [shown(token) for token in inline[1 : 1 + len(outline.facts)]] == [
        f"{name}: {value}" for name, value in outline.facts
    ]
    texts = {shown(token).replace("\N{NO-BREAK SPACE}", " ").strip() for token in inline}
    for section in outline.sections:
        for block in section.blocks:
            if isinstance(block, Entry):
                assert f"{block.answer} · {block.about}" in texts
            for prose in (block,) if isinstance(block, Prose) else getattr(block, "prose", ()):
                for paragraph in prose.text.replace("\N{NO-BREAK SPACE}", " ").split("\n\n"):
                    assert paragraph.strip() in texts


def test_steps_that_are_told_further_down_leave_the_others_their_numbers():
    """Markdown counts on in a list by itself, whatever stands there."""
    steps = (
        step(1, "Is it lit?", "No", 1, undone=True),
        step(2, "Does it *hum*?", "**Yes**", 2, undone=True, kept_as=4),
        step(3, "Is it lit?", "Yes", 3, replaces=1),
        step(4, "Does it *hum*?", "**Yes**", 2, repeats=2),
    )
    text = written(dataclasses.replace(whole_note(), steps=steps), NoteFormat.MARKDOWN)

    lists = [token for token in MARKDOWN.parse(text) if token.type == "ordered_list_open"]
    assert [token.attrs.get("start", 1) for token in lists] == [1, 3]
    for words in ("3) Is it lit?", "4) Does it hum?", "**Yes** · ", ", kept when step 1 was changed"):
        assert words in text


def test_what_resolved_a_case_is_not_said_twice():
    note = dataclasses.replace(whole_note(), summary=whole_note().handoffs[1].resolution)

    assert written(note, NoteFormat.TEXT).count("Swapped the power supply.") == 1


def test_a_thousand_steps_are_written_in_reasonable_time():
    steps = tuple(
        step(number, f"Is LED {number} of the panel lit?", "Yes", number, note="It blinks. " * 20)
        for number in range(1, 1001)
    )
    note = dataclasses.replace(whole_note(), steps=steps)

    for form in NoteFormat:
        clock, limit = (
            (time.monotonic, THOUSAND_SECONDS) if form is NoteFormat.PDF else (time.process_time, 1)
        )
        begin = clock()
        content = write_note(note, form)
        assert clock() - begin < limit
        assert len(content) > 100_000


def test_minutes_are_counted_from_the_answer_before():
    took = [f"{time.total_seconds() / 60:.0f}" for time in whole_note().step_times()]
    assert took == ["1", "3", "15", "36"]
