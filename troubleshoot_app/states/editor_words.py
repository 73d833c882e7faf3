"""Typing in the editor: each text is kept a moment after it was typed, and when two people typed the same, one chooses."""

from collections.abc import Callable
from dataclasses import replace

from troubleshoot_app.core.errors import AppError, Conflict
from troubleshoot_app.domain import editing
from troubleshoot_app.domain.editing import Words
from troubleshoot_app.domain.tree import Node, NodeKind, Tree
from troubleshoot_app.schemas.editor import ClashView
from troubleshoot_app.services.tree_editing import DETAILS, Draft
from troubleshoot_app.states.editor_desk import Desk
from troubleshoot_app.states.editor_views import detail_text, with_detail
from troubleshoot_app.states.guard import Policy, handler

LABEL = "label"


class WordGestures(Desk, mixin=True):
    """Texts of nodes and answers, and what the tree says of itself."""

    @handler(Policy.SENIOR)
    async def save_words(self, words: str, node_id: str, seen: str, typed: str):
        """Keep what is typed as the text or the help of a node, where ``seen`` stood before."""
        if words in tuple(Words):
            await self._write(
                words,
                node_id,
                "",
                typed,
                lambda tree: editing.rewrite(tree, node_id, Words(words), seen, typed),
            )

    @handler(Policy.SENIOR)
    async def save_label(self, node_id: str, option_id: str, seen: str, typed: str):
        """Keep what is typed as the words of an answer, where ``seen`` stood before."""
        await self._write(
            LABEL,
            node_id,
            option_id,
            typed,
            lambda tree: editing.label_option(tree, node_id, option_id, seen, typed),
        )

    @handler(Policy.SENIOR)
    async def save_details(self, field: str, seen: str, typed: str):
        """Keep what is typed as title, description, category or tags (parted by commas), where ``seen`` stood before."""
        if field not in DETAILS:
            return
        try:
            draft = await self._retell(with_detail(self._details, field, seen), field, typed)
        except Conflict:
            await self._ask(await self._draft(), field, "", "", typed)
        else:
            self._show_details(draft)
            self._set(revision=draft.revision)
        finally:
            self.handled += 1

    @handler(Policy.SENIOR)
    async def keep_mine(self):
        """After a clash: what was typed here stays."""
        if self.clash is not None:
            await self._settle(self.clash.mine)

    @handler(Policy.SENIOR)
    async def keep_theirs(self):
        """After a clash: what somebody else wrote stays."""
        node_id = self._shown()
        self.clash = None
        await self._reload(node_id)

    @handler(Policy.SENIOR)
    async def keep_both(self):
        """After a clash, also one that nobody decides: both texts stay, theirs first; what is deleted comes back."""
        if self.clash is not None:
            gap = "\n\n" if self.clash.what in ("text", "help", "description") else ", "
            await self._settle(gap.join(filter(None, (self.clash.theirs, self.clash.mine))))

    async def _write(
        self, what: str, node_id: str, option_id: str, typed: str, gesture: Callable[[Tree], Tree]
    ) -> None:
        try:
            draft = await self._edit(gesture, typed_in=(node_id, option_id or what))
        except AppError as error:
            draft = await self._draft()
            gone = _words(draft.tree.nodes.get(node_id), what, option_id) is None
            if not gone and "node_ids" not in error.extra:
                raise
            await self._ask(draft, what, node_id, option_id, typed)
        else:
            # Who has gone on to another node meanwhile stays there.
            self._show(draft, self._shown() or node_id)
        finally:
            self.handled += 1

    async def _ask(self, draft: Draft, what: str, node_id: str, option_id: str, typed: str) -> None:
        """Ask which of two texts stays."""
        if what in DETAILS:
            there: str | None = detail_text(draft.details, what)
        else:
            there = _words(draft.tree.nodes.get(node_id), what, option_id)
        self.clash = ClashView(
            what=what,
            node_id=node_id,
            option_id=option_id,
            theirs=there or "",
            mine=typed,
            by=draft.changed_by,
            gone=there is None,
        )

    async def _settle(self, text: str) -> None:
        clash = self.clash
        if clash is None:
            return
        if clash.what in DETAILS:
            await self._retell((await self._draft()).details, clash.what, text)
        else:
            form = self._on_form if self._on_form and self._on_form.id == clash.node_id else None
            await self._edit(lambda tree: _written(_with_node(tree, clash, form), clash, text))
        self.clash = None
        await self._reload(clash.node_id or self._shown())


def _written(tree: Tree, clash: ClashView, text: str) -> Tree:
    if clash.what != LABEL:
        return editing.rewrite(tree, clash.node_id, Words(clash.what), "", text, force=True)
    if tree.nodes[clash.node_id].option(clash.option_id) is None:
        return editing.add_option(tree, clash.node_id, text)
    return editing.label_option(tree, clash.node_id, clash.option_id, "", text, force=True)


def _with_node(tree: Tree, clash: ClashView, on_form: Node | None) -> Tree:
    """Return the tree with the node of a clash, as it was on the form when somebody has deleted it."""
    if clash.node_id in tree.nodes:
        return tree
    node = on_form or Node(clash.node_id, NodeKind.QUESTION, "")
    there = {"", *tree.nodes}
    options = tuple(option if option.to in there else replace(option, to="") for option in node.options)
    return editing.put_back(tree, replace(node, options=options))


def _words(node: Node | None, what: str, option_id: str) -> str | None:
    """Return what stands there now; None when there is no such place any more."""
    if node is None:
        return None
    if what == LABEL:
        option = node.option(option_id)
        return option.label if option else None
    return node.text if what == Words.TEXT else node.help
