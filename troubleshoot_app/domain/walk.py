"""A walk over a tree: where it stands, taking an option, going back. Nothing is changed in place."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from troubleshoot_app.domain.errors import InvalidChoice, NotAllowedNow, quoted
from troubleshoot_app.domain.readings import Reading, decimal_text, parse_number, with_unit
from troubleshoot_app.domain.tree import Node, NodeKind, Option, Tree

HOMES_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Home:
    """The node, and the version of its tree, where a walk goes on when the tree that it jumped to is solved."""

    version_id: UUID | None
    node_id: str


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a session stands, and how many steps were ever taken to get there, undone ones included.

    ``version_id`` is the version of the tree that it is in; None for a draft. ``homes`` are the places that it comes
    home to, the last one first to come.
    """

    node_id: str
    seq: int
    version_id: UUID | None = None
    homes: tuple[Home, ...] = ()


@dataclass(frozen=True, slots=True)
class Landing:
    """Where a jump arrives: the version of the other tree that is published at that moment."""

    version_id: UUID
    tree: Tree


@dataclass(frozen=True, slots=True)
class Move:
    """The step that ``advance`` took: at ``node_id`` the option, which leads to the node ``to``."""

    step_seq: int
    node_id: str
    option_id: str
    option_label: str
    to: str


@dataclass(frozen=True, slots=True)
class TakenStep:
    """A step in the record: its number, where it was taken, and where the walk was to come home to then."""

    seq: int
    node_id: str
    version_id: UUID | None = None
    homes: tuple[Home, ...] = ()


@dataclass(frozen=True, slots=True)
class Back:
    """The walk after going back, and the numbers of the steps that are undone by it."""

    walk: Walk
    undone: tuple[int, ...]


def begin(tree: Tree, node_id: str = "") -> Walk:
    """Return the walk that stands at the start, or at ``node_id``, from which it goes on but not back.

    Raises:
        NotAllowedNow: the tree has no start.
        InvalidChoice: it has no such node.
    """
    if node_id:
        if node_id not in tree.nodes:
            raise InvalidChoice(
                "The published version of this tree has no such node. Start at its beginning instead.",
                "node_id",
            )
        return Walk(node_id, 0)
    if tree.start not in tree.nodes:
        raise NotAllowedNow(
            "This tree has no start, so it cannot be walked. Choose its first node and publish it again."
        )
    return Walk(tree.start, 0)


@dataclass(frozen=True, slots=True)
class Answer:
    """An option that is taken, and the value that is kept with it."""

    option: Option
    value: str | None


def answer_at(
    tree: Tree, walk: Walk, option_id: str, value: str | None = None, *, acknowledged: bool = False
) -> Answer:
    """Return what an answer at the current node comes to. Where a number is measured, it chooses the option when
    ``option_id`` is empty; an option for no number is for whoever cannot measure.

    Raises:
        InvalidChoice: the node has no such option, the value is no number or not one for that option, or what is to be
            checked off is not.
        NotAllowedNow: the walk stands at no node.
    """
    node = _standing_at(tree, walk)
    if node.acknowledge and not acknowledged:
        raise InvalidChoice("Check off that this is done, then go on.", "acknowledged")
    if node.reading is None:
        return Answer(option_at(tree, walk, option_id), value)
    option = option_at(tree, walk, option_id) if option_id else None
    decides = any(one.when is not None for one in node.options)
    if option is not None and option.when is None and decides and not value:
        return Answer(option, None)
    number = _measured(node.reading, value)
    shown = with_unit(decimal_text(number), node.reading.unit)
    if option is None:
        option = _chosen_by(node, float(number), shown)
    elif option.when is not None and float(number) not in option.when:
        raise InvalidChoice(
            f"{shown} does not lead to the answer {quoted(option.label)}, which is for {option.when}. "
            "Leave the answer out, so that the number chooses it.",
            "option",
        )
    return Answer(option, decimal_text(number))


def _measured(reading: Reading, value: str | None) -> Decimal:
    asked = f"what you measured, in {reading.unit}" if reading.unit else "what you measured"
    if not value:
        raise InvalidChoice(f"Enter {asked}: a number, such as 11.5.", "value")
    number = parse_number(value, reading.unit)
    if number is None:
        raise InvalidChoice(f"{quoted(value)} is no number. Enter {asked}: a number, such as 11.5.", "value")
    return reading.rounded(number)


def _chosen_by(node: Node, number: float, shown: str) -> Option:
    for option in node.options:
        if option.when is not None and number in option.when:
            return option
    if len(node.options) == 1 and node.options[0].when is None:
        return node.options[0]
    if all(option.when is None for option in node.options):
        raise InvalidChoice(
            "The number alone does not answer this question. Choose one of its options, too.", "option"
        )
    ranges = "; ".join(str(option.when) for option in node.options if option.when is not None)
    raise InvalidChoice(
        f"No answer is for {shown}, only for {ranges}. Measure again, or escalate from here.", "value"
    )


def option_at(tree: Tree, walk: Walk, option_id: str) -> Option:
    """Return an option of the node where the walk stands.

    Raises:
        InvalidChoice: the node has no such option.
        NotAllowedNow: the walk stands at no node.
    """
    option = _standing_at(tree, walk).option(option_id)
    if option is None:
        raise InvalidChoice(
            "That is not an answer to the current question. Choose one of its options.", "option"
        )
    return option


def advance(tree: Tree, walk: Walk, option_id: str, landing: Landing | None = None) -> tuple[Walk, Move]:
    """Return the walk after taking an option at the current node, and the step to record.

    ``landing`` is where a jump arrives, None when the other tree cannot be walked. A resolution brings the walk home
    when it is to come home; an escalation never does.

    Raises:
        InvalidChoice: the node has no such option.
        NotAllowedNow: the option leads to no node, the jump to no tree, or the walk stands at no node.
    """
    option = option_at(tree, walk, option_id)
    if option.stays and option.to not in tree.nodes:
        raise NotAllowedNow(_NOWHERE.format(quoted(option.label), "leads nowhere in this tree"))
    seq = walk.seq + 1
    if option.jumps:
        if landing is None or landing.tree.start not in landing.tree.nodes:
            raise NotAllowedNow(
                _NOWHERE.format(quoted(option.label), "leads to a tree that cannot be walked")
            )
        there, homes = landing.tree, _homes_after(tree, walk, option)
        arrived = Walk(there.start, seq, landing.version_id, homes)
    else:
        there, arrived = tree, Walk(option.to, seq, walk.version_id, walk.homes)
    if arrived.homes and there.nodes[arrived.node_id].kind is NodeKind.RESOLUTION:
        *homes_left, home = arrived.homes
        arrived = Walk(home.node_id, seq, home.version_id, tuple(homes_left))
    return arrived, Move(seq, walk.node_id, option.id, option.label, arrived.node_id)


def _homes_after(tree: Tree, walk: Walk, option: Option) -> tuple[Home, ...]:
    """Return where the walk is to come home to after a jump. A home that is a resolution would at once lead on to the
    home before it, so it is none of its own."""
    if not option.returns or (walk.homes and tree.nodes[option.to].kind is NodeKind.RESOLUTION):
        return walk.homes
    if len(walk.homes) == HOMES_LIMIT:
        raise NotAllowedNow(
            f"This walk is {HOMES_LIMIT} trees deep already, so it goes round. Choose another answer, or escalate."
        )
    return (*walk.homes, Home(walk.version_id, option.to))


_NOWHERE = "The answer {} {}. Choose another one, or escalate from here."


def is_end(tree: Tree, walk: Walk) -> bool:
    """Tell whether the walk stands at a resolution or an escalation; ``NotAllowedNow`` when it stands at no node."""
    return _standing_at(tree, walk).kind.is_end


def go_back(walk: Walk, live_steps: Sequence[TakenStep], to_seq: int | None = None) -> Back:
    """Return the walk that stands again where the live step ``to_seq`` was taken, by default the last one.

    ``live_steps`` are the steps not undone, in order. The number of steps never goes down: what is undone stays.

    Raises:
        NotAllowedNow: the walk is at its start.
        InvalidChoice: ``to_seq`` is no live step.
    """
    if not live_steps:
        raise NotAllowedNow("This is where the session started; there is nothing to go back to.")
    wanted = live_steps[-1].seq if to_seq is None else to_seq
    target = next((step for step in live_steps if step.seq == wanted), None)
    if target is None:
        raise InvalidChoice(
            f"Step {wanted} is not on the path. Choose one of the steps that were not undone.",
            "to_seq",
        )
    undone = tuple(step.seq for step in live_steps if step.seq >= target.seq)
    return Back(Walk(target.node_id, walk.seq, target.version_id, target.homes), undone)


def _standing_at(tree: Tree, walk: Walk) -> Node:
    node = tree.nodes.get(walk.node_id)
    if node is None:
        raise NotAllowedNow("This session stands at a node that its tree does not have. Start a new session.")
    return node
