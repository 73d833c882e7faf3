"""Kinds of files; most of it is tested over REST, in ``tests/api/test_attachments.py``."""

from io import BytesIO

import pytest

from troubleshoot_app.domain.attachments import TEXT, UnknownKind, attachment_name, kind_of


@pytest.mark.parametrize(
    "beginning", [b"<??>", b"<!---->", b"<!doctype x[]>", b"<!doctype x[", b"<!--", b"<?x", b"\n\t ", b"<"]
)
def test_what_only_looks_like_the_way_to_a_page_is_text_and_takes_no_time(beginning: bytes):
    assert kind_of(BytesIO(beginning * 1000)) == TEXT


def test_a_symbol_that_is_cut_by_the_end_is_no_text():
    whole = "ü".encode() * 50_000
    assert kind_of(BytesIO(whole)) == TEXT
    with pytest.raises(UnknownKind):
        kind_of(BytesIO(whole[:-1]))


def test_a_name_stays_within_its_length_with_its_new_ending():
    name = attachment_name("x" * 198 + ".html", "image/jpeg")
    assert len(name) <= 200
    assert name.endswith(".jpg")
