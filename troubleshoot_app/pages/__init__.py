"""The pages: route, title, what is loaded, layout."""

import reflex as rx

from troubleshoot_app.pages import auth, handoffs, home, not_found, sessions, trees
from troubleshoot_app.states.handoffs import HandoffsState, HandoffState
from troubleshoot_app.states.home import HomeState
from troubleshoot_app.states.inbox import InboxState
from troubleshoot_app.states.sessions import SessionsState, SessionState
from troubleshoot_app.states.trees import TreesState, TreeState


def add_pages(app: rx.App) -> None:
    """Add every page to ``app`` under its address."""

    def signed_in(component, route: str, title: str, load) -> None:
        app.add_page(component, route=route, title=f"{title} · Troubleshoot", on_load=[InboxState.load, load])

    app.add_page(auth.login, route="/login", title="Sign in · Troubleshoot")
    app.add_page(auth.register, route="/register", title="Create an account · Troubleshoot")
    app.add_page(not_found.not_found, route="404", title="Not found · Troubleshoot")
    signed_in(home.home, "/", "Home", HomeState.load)
    signed_in(trees.trees, "/trees", "Trees", TreesState.load)
    signed_in(trees.tree, "/trees/[tree_id]", "Tree", TreeState.load)
    signed_in(sessions.sessions, "/sessions", "Sessions", SessionsState.load)
    signed_in(sessions.session, "/sessions/[session_id]", "Session", SessionState.load)
    signed_in(handoffs.handoffs, "/handoffs", "Escalations", HandoffsState.load)
    signed_in(handoffs.handoff, "/handoffs/[handoff_id]", "Escalation", HandoffState.load)
