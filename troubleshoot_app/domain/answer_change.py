"""An earlier answer changed: which of the answers after it still hold, and where they lead."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from troubleshoot_app.domain.errors import DomainError, InvalidChoice
from troubleshoot_app.domain.tree import Tree
from troubleshoot_app.domain.walk import Landing, Move, TakenStep, Walk, advance, go_back


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """A live step with its answer; ``landing`` is where it arrived, when it is a jump."""

    step: TakenStep
    option_id: str
    landing: Landing | None = None

    @property
    def seq(self) -> int:
        """The number of the step."""
        return self.step.seq

    def is_at(self, walk: Walk) -> bool:
        """Whether it was given where a walk stands."""
        return (self.step.node_id, self.step.version_id) == (walk.node_id, walk.version_id)


@dataclass(frozen=True, slots=True)
class Retaken:
    """A step to record; ``of`` is the live step whose place it takes."""

    before: Walk
    move: Move
    after: Walk
    of: int


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """What a changed answer comes to: ``undone`` are the steps that are, ``changed`` and ``kept`` those taken for them."""

    undone: tuple[int, ...]
    changed: Retaken
    kept: tuple[Retaken, ...]

    @property
    def walk(self) -> Walk:
        """Where the walk stands then."""
        return (self.changed, *self.kept)[-1].after

    @property
    def dropped(self) -> tuple[int, ...]:
        """The later answers that no longer hold."""
        stays = {one.of for one in self.kept}
        return tuple(seq for seq in self.undone[1:] if seq not in stays)


def change_answer(
    walk: Walk,
    answers: Sequence[GivenAnswer],
    seq: int,
    option_id: str,
    landing: Landing | None,
    tree_in: Callable[[UUID | None], Tree],
) -> AnswerChange:
    """Return what becomes of a walk when the live step ``seq`` is answered with another option.

    ``answers`` are the live ones in order, ``tree_in`` gives the tree of a version. From where the new answer leads, the
    later ones are given again, each at most once and in their order, as long as the node reached is one of theirs; what is
    passed over is dropped. A jump lands where it landed then; ``landing`` is where the new answer does, if it is one.

    Raises:
        InvalidChoice: there is no such live step, or its node has no such option.
        NotAllowedNow: the option leads to no node, or the jump to no tree.
    """
    if all(given.seq != seq for given in answers):
        raise InvalidChoice(f"Step {seq} is not on the path. Choose one that was not undone.", "seq")
    back = go_back(walk, [given.step for given in answers], seq)
    changed = _take(back.walk, option_id, landing, seq, tree_in)
    kept: list[Retaken] = []
    here = changed.after
    for given in answers:
        if given.seq <= seq or not given.is_at(here):
            continue
        try:
            again = _take(here, given.option_id, given.landing, given.seq, tree_in)
        except DomainError:
            break
        kept.append(again)
        here = again.after
    return AnswerChange(back.undone, changed, tuple(kept))


def change_in_words(kept: int, dropped: int) -> str:
    """Return how many of the later answers stay and how many do not; empty when there are none."""
    if kept and dropped:
        return (
            f"{kept:,} later answer{'s stay' if kept > 1 else ' stays'}, {dropped:,} {_are(dropped)} dropped."
        )
    if kept:
        return "The later answer stays." if kept == 1 else f"All {kept:,} later answers stay."
    if dropped:
        return f"{dropped:,} later answer{'s' if dropped > 1 else ''} {_are(dropped)} dropped."
    return ""


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _take(
    here: Walk, option_id: str, landing: Landing | None, of: int, tree_in: Callable[[UUID | None], Tree]
) -> Retaken:
    after, move = advance(tree_in(here.version_id), here, option_id, landing)
    return Retaken(here, move, after, of)
