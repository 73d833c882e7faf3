"""The editor over its socket: what is undone stays undone, and what could not be undone can be tried again."""

import contextlib
from collections.abc import Callable
from typing import Any

from sqlmodel import Session

from tests.support.accounts import cookie_for
from tests.support.people import Team, ask
from tests.support.reflex_socket import ReflexSocket, Update
from tests.support.server import Server
from troubleshoot_app.core.db import transact
from troubleshoot_app.domain.tree import Tree
from troubleshoot_app.services import tree_editing, tree_files


def test_what_cannot_be_undone_now_can_be_undone_later(
    server: Server, team: Team, name_of: Callable[[str], str], aio: Callable[..., Any]
) -> None:
    before = transact(_draft, team)

    async def edit() -> None:
        tab = ReflexSocket(server.url, cookie=cookie_for(team.engineer), path=f"/trees/{team.tree_id}/edit")
        async with tab:
            await tab.wait(_says(tab, "node_count", len(before.nodes)))
            for more in (1, 2):
                await tab.send(name_of("editor_state.add_node"))
                await tab.wait(_says(tab, "node_count", len(before.nodes) + more))
            transact(_archive, team)
            await tab.send(name_of("editor_state.undo"))
            await tab.wait(lambda _: tab.var("message_state", "failure") != "")
            transact(_restore, team)
            for left in (1, 0):
                await tab.send(name_of("editor_state.undo"))
                await tab.wait(_says(tab, "node_count", len(before.nodes) + left))
            await tab.wait(_says(tab, "can_undo", False))

    aio(edit())
    assert transact(_draft, team) == before


def _says(tab: ReflexSocket, name: str, value: object) -> Callable[[Update], bool]:
    """Return the question whether the editor shows a value by now; before the page is loaded it shows nothing."""

    def shown(_: Update) -> bool:
        with contextlib.suppress(KeyError):
            return bool(tab.var("editor_state", name) == value)
        return False

    return shown


def _draft(db: Session, team: Team) -> Tree:
    return ask(db, team.engineer, tree_editing.get_draft, tree_id=team.tree_id).tree


def _archive(db: Session, team: Team) -> None:
    ask(db, team.admin, tree_files.archive_tree, tree_id=str(team.tree_id))


def _restore(db: Session, team: Team) -> None:
    ask(db, team.admin, tree_files.restore_tree, tree_id=str(team.tree_id))
