"""QR codes: what a reader sees in the path that is drawn, and that it is white around it."""

import re

import pytest
import zxingcpp

from troubleshoot_app.domain.formats.qr_code import QUIET_ZONE, QrCode, qr_code

SCALE = 6


def pixels(code: QrCode) -> list[bytearray]:
    """Draw the path as a browser does, a few pixels for each module."""
    rows = [bytearray(b"\xff" * code.size * SCALE) for _ in range(code.size * SCALE)]
    stretches = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", code.path)
    assert "".join(f"M{x} {y}h{n}v1h-{n}z" for x, y, n in stretches) == code.path
    for x, y, length in (map(int, stretch) for stretch in stretches):
        for row in rows[y * SCALE : (y + 1) * SCALE]:
            row[x * SCALE : (x + length) * SCALE] = b"\0" * length * SCALE
    return rows


def read(rows: list[bytearray]) -> list[str]:
    image = memoryview(b"".join(rows)).cast("B", (len(rows), len(rows[0])))
    return [code.text for code in zxingcpp.read_barcodes(image)]


@pytest.mark.parametrize(
    "text",
    [
        "http://localhost:3000/t/no-internet",
        "https://help.example.org/t/no-internet?asset=RTR-12%2C%20rack%203",
        "https://help.example.org/t/x?asset=" + "%E6%97%A5" * 60,
        "é日本",
    ],
)
def test_a_code_reads_as_what_it_was_made_from(text: str):
    assert read(pixels(qr_code(text))) == [text]


def test_it_is_white_around_the_code():
    rows = pixels(qr_code("http://localhost:3000/t/no-internet"))
    edge = QUIET_ZONE * SCALE
    assert all(set(row) == {255} for row in (*rows[:edge], *rows[-edge:]))
    assert all(set(row[:edge]) | set(row[-edge:]) == {255} for row in rows)
    assert any(0 in row[edge : edge + SCALE] for row in rows)
