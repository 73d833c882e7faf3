"""Our own React components, wrapped once; their source is in ``assets/components``."""

from typing import Any

import reflex as rx


class Prose(rx.Component):
    """Markdown written by authors; HTML in it is not rendered."""

    library = "$/public/components/Prose.jsx"
    tag = "Prose"
    lib_dependencies: list[str] = ["react-markdown@10.1.0", "remark-gfm@4.0.1"]

    text: rx.Var[str]
    is_inline: rx.Var[bool]


class Later(rx.Component):
    """Shows its children a moment after the rest of the page."""

    library = "$/public/components/Later.jsx"
    tag = "Later"


class PostForm(rx.Component):
    """A form that is posted as JSON to a route which sets the sign-in cookie; then the page at ``next`` is loaded.

    Without ``next`` the address of the page says where to go (``?next=``), else ``fallback``. With ``done`` no page is
    loaded, but this sentence shown and ``on_done`` called. ``secret`` names the part of the address that is sent along.
    """

    library = "$/public/components/PostForm.jsx"
    tag = "PostForm"

    action: rx.Var[str]
    next: rx.Var[str]
    fallback: rx.Var[str]
    secret: rx.Var[str]
    done: rx.Var[str]
    takes_focus: rx.Var[bool]
    on_done: rx.EventHandler[rx.event.no_args_event_spec]


class ByInvitation(rx.Component):
    """Shows its children to who comes with an invitation in the address (``?invitation=``), or else to who does not."""

    library = "$/public/components/MailedLink.jsx"
    tag = "ByInvitation"

    invited: rx.Var[bool]


class Offer(rx.Component):
    """Says what the invitation in the address offers, around the form that accepts it."""

    library = "$/public/components/MailedLink.jsx"
    tag = "Offer"

    action: rx.Var[str]


class GoodLink(rx.Component):
    """Shows its children, or, when the link for a new password that leads here is no longer good, the way ``again``."""

    library = "$/public/components/MailedLink.jsx"
    tag = "GoodLink"

    action: rx.Var[str]
    again: rx.Var[str]


class Live(rx.Component):
    """Toasts, an alarm, the count in the title and the report that a banner was seen; renders nothing itself."""

    library = "$/public/components/Live.jsx"
    tag = "Live"

    hydrated: rx.Var[bool]
    message_seq: rx.Var[int]
    message_text: rx.Var[str]
    message_kind: rx.Var[str]
    message_href: rx.Var[str]
    notice_id: rx.Var[str]
    notice_text: rx.Var[str]
    notice_href: rx.Var[str]
    alerts: rx.Var[list[Any]]
    count: rx.Var[int]
    on_seen: rx.EventHandler[rx.event.passthrough_event_spec(list[str])]


class Toasts(rx.Component):
    """Where toasts appear."""

    library = "$/public/components/Toasts.jsx"
    tag = "Toasts"
    lib_dependencies: list[str] = ["sonner@2.0.8"]

    color_mode: rx.Var[str]


class AlarmQuestion(rx.Component):
    """Asks once whether new escalations shall also sound and notify in this browser."""

    library = "$/public/components/Alarm.jsx"
    tag = "AlarmQuestion"


class AlarmSwitch(rx.Component):
    """Shows and changes that choice."""

    library = "$/public/components/Alarm.jsx"
    tag = "AlarmSwitch"


class Unbroken(rx.Component):
    """Shows its children, or what to do next when one of them broke; ``on_error`` gets what happened, with its reference."""

    library = "$/public/components/Unbroken.jsx"
    tag = "Unbroken"
    lib_dependencies: list[str] = ["react-error-boundary@6.1.6"]

    accent: rx.Var[str]
    gray: rx.Var[str]
    radius: rx.Var[str]
    on_error: rx.EventHandler[rx.event.passthrough_event_spec(str, str)]


class Follow(rx.Component):
    """Calls ``on_tick`` when ``tick`` changes after the page has loaded."""

    library = "$/public/components/Live.jsx"
    tag = "Follow"

    hydrated: rx.Var[bool]
    tick: rx.Var[int]
    on_tick: rx.EventHandler[rx.event.no_args_event_spec]


class SkipLink(rx.Component):
    """A link, seen while it has the focus, that takes it to the element with the id ``target``."""

    library = "$/public/components/Live.jsx"
    tag = "SkipLink"

    target: rx.Var[str]
    label: rx.Var[str]


class FirstLink(rx.Component):
    """Moves the focus to the first link beside it, when what it stands in opens."""

    library = "$/public/components/Live.jsx"
    tag = "FirstLink"


class Arrival(rx.Component):
    """Moves focus and view to the element with the id ``target`` when ``place`` changes after the page has loaded."""

    library = "$/public/components/Live.jsx"
    tag = "Arrival"

    hydrated: rx.Var[bool]
    place: rx.Var[str]
    target: rx.Var[str]


class PrintButton(rx.Component):
    """A button that prints the page."""

    library = "$/public/components/PrintButton.jsx"
    tag = "PrintButton"

    label: rx.Var[str]


class ReloadButton(rx.Component):
    """A button that loads the page again."""

    library = "$/public/components/ReloadButton.jsx"
    tag = "ReloadButton"

    label: rx.Var[str]


class SearchBox(rx.Component):
    """A search box that calls ``on_search`` while one types; ``address`` is the query part that the page has then.

    ``words`` is what was looked for last, ``loads`` how often the page was loaded.
    """

    library = "$/public/components/SearchBox.jsx"
    tag = "SearchBox"

    hydrated: rx.Var[bool]
    label: rx.Var[str]
    words: rx.Var[str]
    loads: rx.Var[int]
    address: rx.Var[str]
    on_search: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class SearchForm(rx.Component):
    """A search box that leads to the list at ``to``, with what was typed in its address (``?q=``)."""

    library = "$/public/components/SearchBox.jsx"
    tag = "SearchForm"

    to: rx.Var[str]
    label: rx.Var[str]
    placeholder: rx.Var[str]


class Answers(rx.Component):
    """The options of the current node as buttons, sent with what stands in the note, and again after a dropped line;
    before them what is measured there, and what is to be checked off."""

    library = "$/public/components/Walking.jsx"
    tag = "Answers"

    session_id: rx.Var[str]
    revision: rx.Var[int]
    hydrated: rx.Var[bool]
    options: rx.Var[list[Any]]
    reading: rx.Var[Any]
    acknowledge: rx.Var[Any]
    on_answer: rx.EventHandler[rx.event.passthrough_event_spec(str, int, str, str, str, bool)]


class Note(rx.Component):
    """The note of the current node, kept as it is typed: on the server, and on the device until the server has it."""

    library = "$/public/components/Walking.jsx"
    tag = "Note"

    session_id: rx.Var[str]
    seq: rx.Var[int]
    node: rx.Var[str]
    saved: rx.Var[str]
    hydrated: rx.Var[bool]
    placeholder: rx.Var[str]
    on_save: rx.EventHandler[rx.event.passthrough_event_spec(str, int, str, str)]


class Keys(rx.Component):
    """Keys for the walk: 1 to 9, B, N, E; ``on_help`` is called for ?."""

    library = "$/public/components/Walking.jsx"
    tag = "Keys"

    on_help: rx.EventHandler[rx.event.no_args_event_spec]


class Chart(rx.NoSSRComponent):
    """A tree as a chart, loaded from ``source``; ``here`` is the node that is worked on or stood at.

    ``on_choose`` gets the id of a node that was pressed. ``heat`` puts a number on nodes: for an id its words, and how high
    it is among the others, from 0 to 5; ``heat_href`` is where such a node leads, before its id.
    """

    library = "$/public/components/Chart.jsx"
    tag = "Chart"
    lib_dependencies: list[str] = ["@xyflow/react@12.12.0"]

    source: rx.Var[str]
    here: rx.Var[str]
    label: rx.Var[str]
    color_mode: rx.Var[str]
    heat: rx.Var[dict[str, Any]]
    heat_href: rx.Var[str]
    on_choose: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class Replay(rx.Component):
    """The steps of a session to be gone through again; they are read anew when ``revision`` changes."""

    library = "$/public/components/Replay.jsx"
    tag = "Replay"
    lib_dependencies: list[str] = [*Prose.lib_dependencies, *Chart.lib_dependencies]

    session_id: rx.Var[str]
    revision: rx.Var[int]
    color_mode: rx.Var[str]


class Import(rx.Component):
    """Takes a file or a text, has drafts made of it, and shows the report; ``formats`` are values with their names."""

    library = "$/public/components/Import.jsx"
    tag = "Import"

    formats: rx.Var[list[Any]]
    largest: rx.Var[int]


class Writing(rx.Component):
    """A text that is kept as it is typed; ``on_write`` gets what stood there before and what stands there now.

    ``taken_over`` counts how often the server has replaced what is in the field, ``handled`` how often it has dealt with
    something typed. One that ``is_needed`` is never empty.
    """

    library = "$/public/components/Writing.jsx"
    tag = "Writing"
    lib_dependencies: list[str] = Prose.lib_dependencies

    label: rx.Var[str]
    value: rx.Var[str]
    taken_over: rx.Var[int]
    handled: rx.Var[int]
    rows: rx.Var[int]
    max_length: rx.Var[int]
    hint: rx.Var[str]
    placeholder: rx.Var[str]
    has_preview: rx.Var[bool]
    is_label_unseen: rx.Var[bool]
    is_needed: rx.Var[bool]
    on_write: rx.EventHandler[rx.event.passthrough_event_spec(str, str)]


class UndoKeys(rx.Component):
    """Ctrl+Z and Ctrl+Shift+Z where no text is typed; renders nothing."""

    library = "$/public/components/Desk.jsx"
    tag = "UndoKeys"

    on_undo: rx.EventHandler[rx.event.no_args_event_spec]
    on_redo: rx.EventHandler[rx.event.no_args_event_spec]


class Landing(rx.Component):
    """Moves the focus to the element with the id ``target`` each time that ``seq`` counts up."""

    library = "$/public/components/Desk.jsx"
    tag = "Landing"

    target: rx.Var[str]
    seq: rx.Var[int]


class Sortable(rx.Component):
    """A list to be put in order by drag and by keys; ``on_move`` gets the ``data-id`` of an item and how many places."""

    library = "$/public/components/Desk.jsx"
    tag = "Sortable"

    label: rx.Var[str]
    on_move: rx.EventHandler[rx.event.passthrough_event_spec(str, int)]


class ZoneSelect(rx.Component):
    """A choice of time zones under the name ``name``; without ``chosen`` it is that of the browser."""

    library = "$/public/components/ZoneSelect.jsx"
    tag = "ZoneSelect"

    name: rx.Var[str]
    field_id: rx.Var[str]
    chosen: rx.Var[str]


class Ago(rx.Component):
    """A moment as people say it, such as "3 minutes ago"."""

    library = "$/public/components/Ago.jsx"
    tag = "Ago"

    at: rx.Var[Any]


class Clock(rx.Component):
    """A moment as a clock shows it, such as "10:04", with the day when that is not today."""

    library = "$/public/components/Ago.jsx"
    tag = "Clock"

    at: rx.Var[Any]


def prose(text: Any, **props: Any) -> rx.Component:
    """Return Markdown as blocks."""
    return Prose.create(text=text, **props)


def inline_prose(text: Any, **props: Any) -> rx.Component:
    """Return Markdown as it may stand inside of a heading or a line."""
    return Prose.create(text=text, is_inline=True, **props)


def chart(source: Any, **props: Any) -> rx.Component:
    """Return the chart that ``source`` answers with, in the colours of the page."""
    return Chart.create(source=source, color_mode=rx.color_mode, **props)


def ago(at: Any) -> rx.Component:
    """Return a moment as people say it."""
    return Ago.create(at=at)


def clock(at: Any) -> rx.Component:
    """Return a moment as a clock shows it."""
    return Clock.create(at=at)
