"""Sets a page in type: the order comes as JSON on standard input, the PDF goes to standard output.

An order names a template of this folder, what the template is given, and the date of the PDF.

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
    """Read, set and write one PDF."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    order = json.load(sys.stdin.buffer)
    pdf = typst.compile(
        HERE / order["template"],
        root=HERE,
        font_paths=[HERE / "fonts"],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs=order["given"],
        timestamp=datetime.fromtimestamp(order["at"], UTC),
    )
    if not isinstance(pdf, bytes):
        raise TypeError("There is one PDF, however many pages it has.")
    sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
