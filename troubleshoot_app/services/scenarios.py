"""Scenarios: an author keeps answers that must end somewhere; they run whenever the draft is checked."""

from sqlalchemy import delete, func, select
from sqlmodel import Session, col

from troubleshoot_app.core.clock import now
from troubleshoot_app.core.errors import Conflict, NotFound
from troubleshoot_app.domain.actor import Actor, Permission
from troubleshoot_app.domain.jumps import Neighbourhood
from troubleshoot_app.domain.replay import Given, Place, replay
from troubleshoot_app.domain.scenarios import (
    End,
    answers_to_document,
    check,
    end_to_document,
)
from troubleshoot_app.domain.tree import Node, NodeKind, Tree
from troubleshoot_app.models import TreeScenario, TroubleshootingTree, User
from troubleshoot_app.models.base import AnySelect
from troubleshoot_app.schemas.people import PersonRef
from troubleshoot_app.schemas.scenarios import (
    ANSWERS_LIMIT,
    NAME_LENGTH,
    WORD_LENGTH,
    ScenarioAnswer,
    ScenarioEnd,
    ScenarioPage,
    ScenarioView,
    TrialView,
)
from troubleshoot_app.services import audit
from troubleshoot_app.services.access import get_row, of_account, require
from troubleshoot_app.services.draft_rows import DRAFTS, editable_tree
from troubleshoot_app.services.inputs import invalid, number_of, text_of, word_of
from troubleshoot_app.services.jumps import neighbourhood
from troubleshoot_app.services.paging import PageRequest, take_page
from troubleshoot_app.services.scenario_rows import scenario_of
from troubleshoot_app.services.trees import node_view

MOST = 100


def find_scenarios(db: Session, actor: Actor, *, tree_id: object, page: PageRequest) -> ScenarioPage:
    """Return a page of the scenarios of a tree, newest first, each with what the draft makes of it."""
    require(actor, Permission.TREE_READ_DRAFTS)
    row = editable_tree(db, actor, tree_id)
    tree, around = _draft(db, row)
    query: AnySelect = (
        of_account(select(TreeScenario, col(User.name).label("by")), TreeScenario, actor)
        .join(User, col(User.id) == col(TreeScenario.updated_by_id))
        .where(col(TreeScenario.tree_id) == row.id)
    )
    rows, cursor = take_page(db, query, TreeScenario.__table__.c.id, page)
    items = [_view(one.TreeScenario, one.by, tree, around) for one in rows]
    return ScenarioPage(items=items, next_cursor=cursor)


def add_scenario(
    db: Session,
    actor: Actor,
    *,
    tree_id: object,
    name: object,
    answers: object,
    end: object,
    start: object = "",
) -> ScenarioView:
    """Keep answers that must end somewhere, whether they do by now or not.

    Raises:
        NotFound: no such tree.
        Invalid: it has no name, or what was sent is no answer or no end.
        Conflict: the tree has as many scenarios as it may have.
    """
    require(actor, Permission.TREE_WRITE)
    tree_row = editable_tree(db, actor, tree_id, lock=True)
    tree, around = _draft(db, tree_row)
    given = _answers(answers, tree, around)
    there = select(func.count(col(TreeScenario.id))).where(col(TreeScenario.tree_id) == tree_row.id)
    if db.execute(there).scalar_one() >= MOST:
        raise Conflict(f"A tree has at most {MOST} scenarios. Remove one first.")
    row = TreeScenario(
        account_id=actor.account_id,
        tree_id=tree_row.id,
        name=_name(name),
        start_node_id=text_of(start, "start", WORD_LENGTH),
        answers=answers_to_document(given),
        ends=end_to_document(_end(end, tree, around)),
        updated_by_id=actor.user_id,
    )
    db.add(row)
    tree_row.indexed_revision = 0
    db.flush()
    audit.record(db, actor, "scenario.created", row.id, tree_id=str(tree_row.id), name=row.name)
    return _view(row, actor.name, tree, around)


def change_scenario(  # noqa: PLR0913  each says one thing of the scenario
    db: Session,
    actor: Actor,
    *,
    tree_id: object,
    scenario_id: object,
    name: object,
    answers: object,
    end: object,
    revision: object,
    start: object = "",
) -> ScenarioView:
    """Put another scenario in the place of one.

    Raises:
        NotFound: no such scenario of this tree.
        Conflict: it has changed since ``revision``.
        Invalid: as for a new one.
    """
    require(actor, Permission.TREE_WRITE)
    tree_row, row = _of_tree(db, actor, tree_id, scenario_id)
    seen = number_of(revision, "revision")
    if seen is None:
        raise invalid("revision", "Send the revision of the scenario that this was made from.")
    if seen != row.revision:
        raise Conflict(
            "Somebody else has changed this scenario meanwhile. Open it again, and change it as it is now.",
            extra={"revision": row.revision},
        )
    tree, around = _draft(db, tree_row)
    row.name = _name(name)
    row.start_node_id = text_of(start, "start", WORD_LENGTH)
    row.answers = answers_to_document(_answers(answers, tree, around))
    row.ends = end_to_document(_end(end, tree, around))
    row.revision += 1
    row.updated_at = now()
    row.updated_by_id = actor.user_id
    tree_row.indexed_revision = 0
    db.flush()
    audit.record(db, actor, "scenario.changed", row.id, tree_id=str(tree_row.id), name=row.name)
    return _view(row, actor.name, tree, around)


def delete_scenario(db: Session, actor: Actor, *, tree_id: object, scenario_id: object) -> None:
    """Remove a scenario; ``NotFound`` when the tree has no such one."""
    require(actor, Permission.TREE_WRITE)
    tree_row, row = _of_tree(db, actor, tree_id, scenario_id)
    db.execute(delete(TreeScenario).where(col(TreeScenario.id) == row.id))
    tree_row.indexed_revision = 0
    audit.record(db, actor, "scenario.deleted", row.id, tree_id=str(tree_row.id), name=row.name)


def get_scenario(db: Session, actor: Actor, *, tree_id: object, scenario_id: object) -> ScenarioView:
    """Return a scenario with what the draft makes of it; ``NotFound`` when the tree has no such one."""
    require(actor, Permission.TREE_READ_DRAFTS)
    tree_row, row = _of_tree(db, actor, tree_id, scenario_id)
    tree, around = _draft(db, tree_row)
    return _view(row, db.get_one(User, row.updated_by_id).name, tree, around)


def try_answers(
    db: Session, actor: Actor, *, tree_id: object, answers: object, start: object = ""
) -> TrialView:
    """Return where answers lead on the draft as it is now, into other trees as they are published; nothing is kept."""
    require(actor, Permission.TREE_WRITE)
    row = editable_tree(db, actor, tree_id)
    tree, around = _draft(db, row)
    begun = text_of(start, "start", WORD_LENGTH)
    outcome = replay(tree, _answers(answers, tree, around), around, start=begun)
    other = around.trees.get(outcome.place.tree_id)
    node = outcome.node or Node("", NodeKind.QUESTION, "")
    return TrialView(
        node=node_view(node),
        tree=outcome.place.tree_id,
        tree_title="" if other is None else other.title,
        answers=[_answer_view(one) for one in outcome.taken],
        fault=outcome.fault,
    )


def _draft(db: Session, row: TroubleshootingTree) -> tuple[Tree, Neighbourhood]:
    tree, _ = DRAFTS.get(row)
    return tree, neighbourhood(db, row.account_id, tree, row.id)


def _of_tree(
    db: Session, actor: Actor, tree_id: object, scenario_id: object
) -> tuple[TroubleshootingTree, TreeScenario]:
    tree_row = editable_tree(db, actor, tree_id, lock=True)
    row = get_row(db, actor, TreeScenario, scenario_id, lock=True)
    if row.tree_id != tree_row.id:
        raise NotFound()
    return tree_row, row


def _name(value: object) -> str:
    name = text_of(value, "name", NAME_LENGTH)
    if not name:
        raise invalid("name", "Give the scenario a name, such as what is broken in it.")
    return name


def _answers(value: object, tree: Tree, around: Neighbourhood) -> tuple[Given, ...]:
    if not isinstance(value, list) or len(value) > ANSWERS_LIMIT:
        raise invalid("answers", f"Answers must be a list of at most {ANSWERS_LIMIT} answers.")
    return tuple(_answer(one, tree, around) for one in value)


def _answer(value: object, tree: Tree, around: Neighbourhood) -> Given:
    kept = value.model_dump() if isinstance(value, ScenarioAnswer) else value
    if not isinstance(kept, dict):
        raise invalid("answers", "Each answer must have a node, and an option or a value.")
    words = {name: text_of(kept.get(name), "answers", WORD_LENGTH) for name in ScenarioAnswer.model_fields}
    if not words["node"] or not (words["option"] or words["value"]):
        raise invalid("answers", "Each answer must have a node, and an option or a value.")
    tree_id = _other_tree(words["tree"], around)
    given = Given(
        words["node"], words["option"], words["value"] or None, tree_id, words["asked"], words["label"]
    )
    return _in_words(given, _node(given.node_id, tree_id, tree, around))


def _in_words(given: Given, node: Node | None) -> Given:
    """Return an answer with the words that node and option have now; what is gone keeps those of before."""
    if node is None:
        return given
    option = node.option(given.option_id)
    asked, label = node.text[:WORD_LENGTH], given.label if option is None else option.label[:WORD_LENGTH]
    return Given(given.node_id, given.option_id, given.value, given.tree_id, asked, label)


def _end(value: object, tree: Tree, around: Neighbourhood) -> End:
    kept = value.model_dump() if isinstance(value, ScenarioEnd) else value
    if not isinstance(kept, dict):
        raise invalid("end", "Say where it must end: at a node, or at a kind of end.")
    if kept.get("kind") is not None:
        kind = word_of(NodeKind, kept["kind"], "end")
        if not kind.is_end:
            raise invalid("end", "A walk ends at a resolution or at an escalation. Choose one of them.")
        return End(kind)
    node_id = text_of(kept.get("node"), "end", WORD_LENGTH)
    if not node_id:
        raise invalid("end", "Say where it must end: at a node, or at a kind of end.")
    tree_id = _other_tree(text_of(kept.get("tree"), "end", WORD_LENGTH), around)
    node = _node(node_id, tree_id, tree, around)
    words = text_of(kept.get("words"), "end", WORD_LENGTH) if node is None else node.text[:WORD_LENGTH]
    return End(None, Place(node_id, tree_id), words)


def _other_tree(name: str, around: Neighbourhood) -> str:
    """Return the id of the other tree of this id or slug; empty for none, or the tree itself."""
    tree_id = around.ids.get(name, name)
    return "" if tree_id == around.this_id else tree_id


def _node(node_id: str, tree_id: str, tree: Tree, around: Neighbourhood) -> Node | None:
    if not tree_id:
        return tree.nodes.get(node_id)
    other = around.trees.get(tree_id)
    return None if other is None or other.tree is None else other.tree.nodes.get(node_id)


def _view(row: TreeScenario, by: str, tree: Tree, around: Neighbourhood) -> ScenarioView:
    scenario = scenario_of(row)
    verdict = check(tree, scenario, around)
    end = scenario.end
    return ScenarioView(
        id=str(row.id),
        name=row.name,
        start=row.start_node_id,
        answers=[_answer_view(one) for one in scenario.answers],
        end=ScenarioEnd(kind=end.kind, node=end.place.node_id, tree=end.place.tree_id, words=end.words),
        is_good=not verdict.fault,
        fault=verdict.fault,
        node_id=verdict.node_id,
        revision=row.revision,
        updated_at=row.updated_at,
        updated_by=PersonRef(id=str(row.updated_by_id), name=by),
    )


def _answer_view(given: Given) -> ScenarioAnswer:
    return ScenarioAnswer(
        node=given.node_id,
        option=given.option_id,
        value=given.value,
        tree=given.tree_id,
        asked=given.asked[:WORD_LENGTH],
        label=given.label[:WORD_LENGTH],
    )
