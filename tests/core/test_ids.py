"""Identifiers."""

from uuid import UUID, uuid4

import pytest

from troubleshoot_app.core.errors import NotFound
from troubleshoot_app.core.ids import new_id, parse_id


def test_ids_are_unique_and_in_the_order_of_their_making():
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(set(ids))
    assert {one.version for one in ids} == {7}


def test_an_id_is_read_from_text_and_from_itself():
    one = uuid4()
    assert parse_id(str(one)) == parse_id(one) == one


@pytest.mark.parametrize(
    "value",
    [
        None, "", "x", 0, 7, 1.5, True, b"0" * 32, [], {}, object(), "0" * 31, "0" * 33, "\0", "\ud800",
        str(UUID(int=1)) + "\0", "x" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_id_is_an_id_that_nobody_has(value: object):
    with pytest.raises(NotFound):
        parse_id(value)
