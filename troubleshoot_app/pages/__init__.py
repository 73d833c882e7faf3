"""The pages: route, title, what is loaded, layout."""

import reflex as rx

from troubleshoot_app.pages import (
    account,
    audit,
    auth,
    deliveries,
    editor,
    handoffs,
    home,
    imports,
    insights,
    not_found,
    people,
    session_list,
    sessions,
    timelines,
    tree_links,
    trees,
    versions,
)
from troubleshoot_app.states.account import AccountState
from troubleshoot_app.states.audit import AuditState
from troubleshoot_app.states.deliveries import DeliveriesState
from troubleshoot_app.states.editor import EditorState
from troubleshoot_app.states.handoffs import HandoffsState, HandoffState
from troubleshoot_app.states.home import HomeState
from troubleshoot_app.states.inbox import InboxState
from troubleshoot_app.states.insights import CountedSessionsState, InsightsState, TreeInsightState
from troubleshoot_app.states.people import PeopleState
from troubleshoot_app.states.session_list import SessionsState
from troubleshoot_app.states.sessions import SessionState
from troubleshoot_app.states.timelines import TimelineState
from troubleshoot_app.states.tree_links import ScanState, SheetState
from troubleshoot_app.states.trees import TreesState, TreeState
from troubleshoot_app.states.versions import VersionsState

_OUTSIDE = (
    ("/login", auth.login, "Sign in"),
    ("/register", auth.register, "Create an account"),
    ("/forgot", auth.forgot, "Forgot password"),
    ("/reset", auth.reset, "New password"),
    ("404", not_found.not_found, "Not found"),
)
_SIGNED_IN = (
    ("/", home.home, "Home", HomeState.load),
    ("/trees", trees.trees, "Trees", TreesState.load),
    ("/trees/new", editor.new_tree, "New tree", None),
    ("/trees/import", imports.import_trees, "Import trees", None),
    ("/trees/[tree_id]/edit", editor.editor, "Edit", EditorState.load),
    ("/trees/[tree_id]/versions", versions.versions, "Versions", VersionsState.load),
    ("/trees/[tree_id]/sheet", tree_links.sheet, "Labels", SheetState.load),
    ("/t/[tree_slug]", tree_links.scan, "Start", ScanState.load),
    ("/trees/[tree_id]", trees.tree, "Tree", TreeState.load),
    ("/sessions", session_list.sessions, "Sessions", SessionsState.load),
    ("/sessions/[session_id]", sessions.session, "Session", SessionState.load),
    ("/sessions/[session_id]/replay", timelines.replay, "Replay", TimelineState.load),
    ("/handoffs", handoffs.handoffs, "Escalations", HandoffsState.load),
    ("/handoffs/[handoff_id]", handoffs.handoff, "Escalation", HandoffState.load),
    ("/deliveries", deliveries.deliveries, "Deliveries", DeliveriesState.load),
    ("/insights", insights.insights, "Insights", InsightsState.load),
    ("/insights/sessions", insights.counted_sessions, "Counted sessions", CountedSessionsState.load),
    ("/insights/trees/[tree_id]", insights.tree_insight, "Insights", TreeInsightState.load),
    ("/people", people.people, "People", PeopleState.load),
    ("/audit", audit.audit, "Audit log", AuditState.load),
    ("/account", account.account, "Your account", AccountState.load),
)

OUTSIDE_ROUTES = tuple(route for route, *_ in _OUTSIDE)
SIGNED_IN_ROUTES = tuple(route for route, *_ in _SIGNED_IN)
LAYOUTS = tuple(layout for _, layout, *_ in (*_OUTSIDE, *_SIGNED_IN))
ADDRESSES = tuple(route for route in (*OUTSIDE_ROUTES, *SIGNED_IN_ROUTES) if route.startswith("/"))


def add_pages(app: rx.App) -> None:
    """Add every page to ``app`` under its address."""
    for route, component, title in _OUTSIDE:
        app.add_page(component, route=route, title=f"{title} · Troubleshoot")
    for route, component, title, load in _SIGNED_IN:
        on_load = [InboxState.load] if load is None else [InboxState.load, load]
        app.add_page(component, route=route, title=f"{title} · Troubleshoot", on_load=on_load)
