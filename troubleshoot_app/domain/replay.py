"""Answers that were given once, given again to a tree as it is now: where they end, or where they part from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from troubleshoot_app.domain.errors import DomainError, InvalidChoice, NotAllowedNow, quoted
from troubleshoot_app.domain.jumps import Neighbourhood
from troubleshoot_app.domain.readings import with_unit
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree
from troubleshoot_app.domain.walk import Landing, Walk, advance, answer_at, begin


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it was given: at a node an option, or a number that chooses one.

    ``tree_id`` is the tree that a jump had led to, empty for the one that the walk began in. ``asked`` and ``label`` are
    the words of then.
    """

    node_id: str
    option_id: str = ""
    value: str | None = None
    tree_id: str = ""
    asked: str = ""
    label: str = ""

    @property
    def words(self) -> str:
        """What was answered, in words."""
        return self.label or self.value or self.option_id


@dataclass(frozen=True, slots=True)
class Place:
    """A node, and the other tree that it is of; empty for the tree that the walk began in."""

    node_id: str
    tree_id: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where answers lead: ``node`` is where the walk stands after those ``taken``, None when it cannot even begin.

    ``left`` are the answers that were not asked for; ``fault`` says where the tree parts from them, empty when it ends,
    or stands where there is no further answer.
    """

    place: Place
    node: Node | None
    taken: tuple[Given, ...] = ()
    left: int = 0
    fault: str = ""

    @property
    def ended(self) -> bool:
        """Whether the walk came to an end of the tree."""
        return not self.fault and self.node is not None and self.node.kind.is_end


class Fate(StrEnum):
    """What becomes of a walk of then: the same end, another one, or none."""

    SAME = "same"
    ELSEWHERE = "elsewhere"
    NOWHERE = "nowhere"


def replay(
    tree: Tree,
    answers: Sequence[Given],
    around: Neighbourhood | None = None,
    *,
    start: str = "",
    to_end: bool = False,
) -> Outcome:
    """Return where answers lead from the start, or from the node ``start``, of a tree with the trees ``around`` it.

    Nodes are matched by id, answers by id and then by label; a number chooses anew. A question that is no longer asked is
    passed over, and so is an action that was put in between: with ``to_end`` one after the last answer, too.
    """
    trees = _Trees(tree, around or Neighbourhood())
    try:
        walk = begin(tree, start)
    except DomainError:
        fault = "The node that it starts at is gone." if start else "The tree has no start."
        return Outcome(Place(start), None, (), len(answers), fault)
    taken: list[Given] = []
    position = 0
    passed: set[Place] = set()
    while True:
        here = trees.of(walk)
        node, place = here.nodes[walk.node_id], Place(walk.node_id, trees.id_of(walk))
        found = _answered(answers, position, place)
        if node.kind.is_end:
            return Outcome(place, node, tuple(taken), len(answers) - position)
        if found is not None:
            given, position = answers[found], found + 1
            passed.clear()
        elif _is_passed(node) and (to_end or position < len(answers)) and place not in passed:
            given = Given(node.id, node.options[0].id, tree_id=place.tree_id)
            passed.add(place)
        else:
            asks = f"{_asks(node)}, which was not answered then." if position < len(answers) else ""
            return Outcome(place, node, tuple(taken), len(answers) - position, asks)
        try:
            option = _chosen(here, walk, given)
            walk, _ = advance(here, walk, option.id, trees.landing(option))
        except DomainError as error:
            fault = f"At {named(node)} {_why(node, given, error)}"
            return Outcome(place, node, tuple(taken), len(answers) - position + 1, fault)
        taken.append(Given(node.id, option.id, given.value, place.tree_id, node.text, option.label))


def fate_of(outcome: Outcome, was: Place, *, had_ended: bool) -> tuple[Fate, str]:
    """Return what becomes of a walk that stood at ``was`` when it was over, and in words where it goes now."""
    if outcome.place == was and (outcome.ended or not (outcome.fault or outcome.left)):
        return Fate.SAME, ""
    if outcome.fault or outcome.node is None:
        return Fate.NOWHERE, outcome.fault
    if outcome.ended:
        return Fate.ELSEWHERE, f"Ends at {named(outcome.node)}."
    if had_ended:
        return Fate.NOWHERE, f"{_asks(outcome.node)}, which was not answered then."
    return Fate.ELSEWHERE, f"Stands at {named(outcome.node)}."


def named(node: Node) -> str:
    """Return a node in the words of its author, for use in a sentence."""
    return quoted(" ".join(node.text.split()).removesuffix(".") or node.id)


class _Trees:
    """The tree that the walk began in, and those that jumps lead to as they are published now."""

    def __init__(self, tree: Tree, around: Neighbourhood) -> None:
        self._tree = tree
        self._around = around

    def id_of(self, walk: Walk) -> str:
        """Return the id of the other tree that the walk is in; empty when it is in the one that it began in."""
        tree_id = "" if walk.version_id is None else str(walk.version_id)
        return "" if tree_id == self._around.this_id else tree_id

    def of(self, walk: Walk) -> Tree:
        """Return the tree that the walk is in."""
        there = self._around.trees.get(self.id_of(walk))
        return self._tree if there is None or there.tree is None else there.tree

    def landing(self, option: Option) -> Landing | None:
        """Return where a jump arrives; to the tree itself it arrives in what is published next."""
        there = self._around.of(option.tree)
        if there is None:
            return None
        if there.id == self._around.this_id:
            return Landing(UUID(there.id), self._tree)
        return Landing(UUID(there.id), there.tree) if there.can_be_walked and there.tree else None


def _answered(answers: Sequence[Given], position: int, place: Place) -> int | None:
    """Return where among the answers from ``position`` on the next one at a place is."""
    for index in range(position, len(answers)):
        if (answers[index].node_id, answers[index].tree_id) == (place.node_id, place.tree_id):
            return index
    return None


def _is_passed(node: Node) -> bool:
    return node.kind is NodeKind.ACTION and len(node.options) == 1


def _chosen(tree: Tree, walk: Walk, given: Given) -> Option:
    node = tree.nodes[walk.node_id]
    ranged = any(option.when is not None for option in node.options)
    if given.value is not None and node.reading is not None and (ranged or not given.option_id):
        return answer_at(tree, walk, "", given.value, acknowledged=True).option
    option = node.option(given.option_id) or _labelled(node, given.label)
    if option is None:
        raise InvalidChoice("The answer is gone.")
    return option


def _labelled(node: Node, label: str) -> Option | None:
    wanted = label.strip().casefold()
    return next((one for one in node.options if wanted and one.label.strip().casefold() == wanted), None)


def _why(node: Node, given: Given, error: DomainError) -> str:
    if isinstance(error, NotAllowedNow):
        return f"the answer {quoted(given.words)} leads nowhere."
    if given.value is None:
        return f"there is no answer {quoted(given.words)} any more."
    if node.reading is None:
        return f"nothing is measured any more, and there is no answer {quoted(given.words)}."
    return f"no answer is for {with_unit(given.value, node.reading.unit)}."


def _asks(node: Node) -> str:
    return f"{named(node)} is asked" if node.kind is NodeKind.QUESTION else f"{named(node)} is to be done"
