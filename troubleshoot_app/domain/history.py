"""What an author has done in the editor, to be undone and done again."""

from dataclasses import dataclass, replace

from troubleshoot_app.domain.editing import Change, Patch

LENGTH = 200
TYPING_PAUSE_SECONDS = 5.0

Place = tuple[str, str]
"""A node and what of it is typed in; no node for what a tree says of itself."""


@dataclass(frozen=True, slots=True)
class Gesture:
    """One thing that was done: ``done`` does it again, ``undo`` takes it back. ``typed_in`` and ``at`` are of typing."""

    done: Patch
    undo: Patch
    typed_in: Place | None = None
    at: float = 0.0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was done."""
        return self.done.is_empty


@dataclass(frozen=True, slots=True)
class Retold:
    """One of the texts that a tree says of itself typed anew, such as its title."""

    field: str
    before: str
    after: str
    typed_in: Place | None = None
    at: float = 0.0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was done."""
        return self.before == self.after


Done = Gesture | Retold


@dataclass(frozen=True, slots=True)
class History:
    """The gestures of one author, the latest last; ``undone`` are those that were taken back."""

    done: tuple[Done, ...] = ()
    undone: tuple[Done, ...] = ()

    def remember(self, gesture: Done) -> "History":
        """Return the history with a gesture; typing on in one place is one gesture."""
        if gesture.is_empty:
            return self
        if self.done and (joined := _joined(self.done[-1], gesture)):
            return History((*self.done[:-1], joined))
        return History((*self.done, gesture)[-LENGTH:])

    def pause(self) -> "History":
        """Return the history such that what is typed next is a gesture of its own."""
        if not self.done or self.done[-1].typed_in is None:
            return self
        return replace(self, done=(*self.done[:-1], replace(self.done[-1], typed_in=None)))

    def back(self) -> "History":
        """Return the history after its latest gesture was undone."""
        return History(self.done[:-1], (*self.undone, self.done[-1]))

    def forward(self) -> "History":
        """Return the history after the gesture that was undone last was done again."""
        return History((*self.done, replace(self.undone[-1], typed_in=None)), self.undone[:-1])


def _joined(before: Done, after: Done) -> Done | None:
    """Return two gestures as one; None when they are not typing on, or somebody else changed the node in between."""
    if after.typed_in is None or before.typed_in != after.typed_in:
        return None
    if after.at - before.at >= TYPING_PAUSE_SECONDS:
        return None
    if isinstance(before, Retold) or isinstance(after, Retold):
        return _retold(before, after)
    node_id = after.typed_in[0]
    first, then = before.done.changes.get(node_id), after.done.changes.get(node_id)
    if first is None or then is None or first.after != then.before:
        return None
    return replace(
        after,
        done=Patch({node_id: Change(first.before, then.after)}, "", ""),
        undo=Patch({node_id: Change(then.after, first.before)}, "", ""),
    )


def _retold(before: Done, after: Done) -> Retold | None:
    if isinstance(before, Retold) and isinstance(after, Retold) and before.after == after.before:
        return replace(after, before=before.before)
    return None
