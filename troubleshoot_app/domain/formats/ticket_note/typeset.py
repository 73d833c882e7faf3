"""Sets a note in type: the outline comes as JSON on standard input, the PDF goes to standard output.

A program of its own, because the typesetter keeps what it has once read in memory for as long as its process lives.
"""

import json
import resource
import sys
from datetime import UTC, datetime
from pathlib import Path

import typst

HERE = Path(__file__).parent
MEMORY = 2 << 30


def main() -> None:
    """Read, set and write one note."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    order = json.load(sys.stdin.buffer)
    pdf = typst.compile(
        HERE / "note.typ",
        root=HERE,
        font_paths=[HERE / "fonts"],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"outline": json.dumps(order["outline"])},
        timestamp=datetime.fromtimestamp(order["at"], UTC),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("There is one PDF, however many pages it has.")
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
