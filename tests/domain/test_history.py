"""Undo: typing in one place is one gesture, and what is taken back can be done again until something new is done."""

from dataclasses import replace

from tests.domain.test_editing import SMALL
from troubleshoot_app.domain import editing
from troubleshoot_app.domain.editing import Words
from troubleshoot_app.domain.history import LENGTH, TYPING_PAUSE_SECONDS, Gesture, History, Place, Retold
from troubleshoot_app.domain.tree import Tree


def gesture(before: Tree, after: Tree, typed_in: Place | None = None, at: float = 0.0) -> Gesture:
    done = editing.difference(before, after)
    return Gesture(done, done.reverse(before), typed_in, at)


def typed(history: History, tree: Tree, text: str, at: float) -> tuple[History, Tree]:
    after = editing.rewrite(tree, "lamp", Words.TEXT, tree.nodes["lamp"].text, text)
    return history.remember(gesture(tree, after, ("lamp", "text"), at)), after


def latest(history: History) -> Gesture:
    gesture = history.done[-1]
    assert isinstance(gesture, Gesture)
    return gesture


def test_typing_on_is_one_gesture_and_a_pause_ends_it():
    history, tree = typed(History(), SMALL, "Is", 0)
    history, tree = typed(history, tree, "Is it", 1)
    assert len(history.done) == 1
    assert editing.apply(tree, latest(history).undo) == SMALL
    assert editing.apply(SMALL, latest(history).done) == tree
    later, after = typed(history, tree, "Is it on?", 1 + TYPING_PAUSE_SECONDS)
    assert len(later.done) == 2
    assert editing.apply(after, latest(later).undo) == tree
    assert len(typed(history.pause(), tree, "Is it on?", 2)[0].done) == 2


def test_what_somebody_else_changed_in_between_is_not_undone():
    history, tree = typed(History(), SMALL, "Is", 0)
    theirs = editing.label_option(tree, "lamp", "o1", "Yes", "theirs")
    history, after = typed(history, theirs, "Is it", 1)
    assert len(history.done) == 2
    for _ in range(2):
        after = editing.apply(after, latest(history).undo)
        history = history.back()
    assert after == editing.label_option(SMALL, "lamp", "o1", "Yes", "theirs")


def test_a_new_gesture_forgets_what_was_undone_and_nothing_is_no_gesture():
    history, _ = typed(History(), SMALL, "Is", 0)
    back = history.back()
    assert (back.done, back.undone) == ((), history.done)
    assert back.forward().done == (replace(history.done[0], typed_in=None),)
    assert back.remember(gesture(SMALL, SMALL)) == back
    anew, _ = typed(back, SMALL, "Was", 9)
    assert anew.undone == ()
    assert len(anew.done) == 1


def test_typing_on_in_what_a_tree_says_of_itself_is_one_gesture():
    def title(before: str, after: str, at: float) -> Retold:
        return Retold("title", before, after, ("", "title"), at)

    history = History().remember(title("Lamp", "Lamps", 0)).remember(title("Lamps", "Lamps here", 1))
    assert history.done == (title("Lamp", "Lamps here", 1),)
    assert history.remember(title("Theirs", "Mine", 2)).done[1:] == (title("Theirs", "Mine", 2),)
    assert history.remember(title("Lamps here", "Lamps here", 2)) == history
    other = Retold("category", "", "Light", ("", "category"), 2)
    assert history.remember(other).done == (*history.done, other)
    assert typed(history, SMALL, "Is", 2)[0].done[0] == history.done[0]


def test_only_so_much_is_remembered():
    history, tree = History(), SMALL
    for number in range(LENGTH + 5):
        history, tree = typed(history, tree, str(number), number * TYPING_PAUSE_SECONDS)
    assert len(history.done) == LENGTH
