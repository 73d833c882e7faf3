"""Photos and files of a session: adding them, and showing them at the step that they belong to."""

from typing import Any

import reflex as rx

from troubleshoot_app.domain.attachments import PDF, SUFFIXES, TEXT

# Pictures by their kind alone: phones then give JPEG in place of HEIC, which few browsers show.
ACCEPT = ",".join(("image/*", *SUFFIXES[PDF], *SUFFIXES[TEXT]))


class Attach(rx.Component):
    """Sends files to ``action`` for step ``seq``, at which ``node`` is asked, if it ``takes`` any, and calls ``on_done`` for
    each that was kept."""

    library = "$/public/components/Attach.jsx"
    tag = "Attach"

    action: rx.Var[str]
    seq: rx.Var[int]
    node: rx.Var[str]
    takes: rx.Var[bool]
    accept: rx.Var[str]
    on_done: rx.EventHandler[rx.event.no_args_event_spec]


class Files(rx.Component):
    """Shows those of ``files`` that belong to step ``seq``; with ``and_loose`` those that belong to no step, too."""

    library = "$/public/components/Files.jsx"
    tag = "Files"

    files: rx.Var[list[Any]]
    seq: rx.Var[int]
    and_loose: rx.Var[bool]


def attach(session_id: Any, seq: Any, node: Any, *, takes: Any, on_done: Any) -> rx.Component:
    """Return what adds photos and files to step ``seq`` of a session, at which ``node`` is asked, if it takes any, and what
    is on its way there."""
    return Attach.create(
        action=f"/api/v1/web/sessions/{session_id}/attachments",
        seq=seq,
        node=node,
        takes=takes,
        accept=ACCEPT,
        on_done=on_done,
    )


def files_of(files: Any, seq: Any, *, and_loose: bool = False) -> rx.Component:
    """Return the files of step ``seq``; nothing when there are none."""
    return Files.create(files=files, seq=seq, and_loose=and_loose)
