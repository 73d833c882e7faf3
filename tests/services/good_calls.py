"""A good call of each use case that takes anything for an argument: who makes it, and with which arguments."""

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlmodel import Session

from tests.support.people import Person, Team, add_team, ask, escalate, fail_mail, router_tree, start
from troubleshoot_app import services
from troubleshoot_app.core.clock import now
from troubleshoot_app.core.files import KeptFile
from troubleshoot_app.core.security import token_hash
from troubleshoot_app.domain.actor import Role
from troubleshoot_app.domain.formats.tree_file import TreeFile, write_tree_file
from troubleshoot_app.domain.handoff import Intent, SessionStatus
from troubleshoot_app.models import Invitation, TroubleshootingSession
from troubleshoot_app.services import attachments, handoffs, scenarios, sessions, tree_editing, webhooks
from troubleshoot_app.services.access import get_row
from troubleshoot_app.services.attachments import ReceivedFile
from troubleshoot_app.services.invitations import LIFETIME
from troubleshoot_app.services.paging import PageRequest

UseCase = Callable[..., Any]
ANSWERS = [{"node": "power", "option": "yes"}, {"node": "wan", "option": "no"}]
QUIET = {"start": "22:00", "end": "07:00", "zone": "Europe/Berlin", "days": ["mon"]}


def open_arguments() -> dict[UseCase, list[str]]:
    """Return each use case of the services with its arguments that are not typed, since they come from outside."""
    found: dict[UseCase, list[str]] = {}
    for module in pkgutil.iter_modules(services.__path__, f"{services.__name__}."):
        for name, fn in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            parameters = inspect.signature(fn).parameters
            is_use_case = fn.__module__ == module.name and list(parameters)[:2] == ["db", "actor"]
            names = [
                p.name for p in parameters.values() if p.annotation is object and p.kind is p.KEYWORD_ONLY
            ]
            if is_use_case and names and not name.startswith("_"):
                found[fn] = names
    return found


class GoodCalls:
    """Good calls, all made from the same state of the same account; ``team`` and the rest say which."""

    def __init__(self, db: Session, account: str = "acme") -> None:
        """Make an account with a session under way, and a handoff of each kind."""
        self.db = db
        self.team: Team = add_team(db, account)
        viewer = self.team.viewer
        self.session = start(db, self.team)
        ask(db, viewer, sessions.choose_option, session_id=self.session.id, option_id="no")
        self.session = ask(db, viewer, sessions.get_session, session_id=self.session.id)
        kept = KeptFile(Path("nowhere"), 5, "0" * 64)
        self.file = ReceivedFile("log.txt", "text/plain", kept)
        self.attachment = ask(db, viewer, attachments.attach, session_id=self.session.id, file=self.file)
        self.open = escalate(db, self.team)
        self.claimed = escalate(db, self.team)
        ask(db, self.team.engineer, handoffs.claim, handoff_id=self.claimed.id)
        self.failed = fail_mail(db, self.open.id, self.team.engineer2)
        parked = start(db, self.team)
        self.parked = ask(db, viewer, handoffs.open_handoff, session_id=parked.id, intent=Intent.PARK)
        self.abandoned = start(db, self.team)
        row = get_row(db, viewer.actor, TroubleshootingSession, self.abandoned.id)
        row.status = SessionStatus.ABANDONED
        self.invitation = Invitation(
            account_id=self.team.account_id,
            email=f"new@{account}.test",
            role=Role.VIEWER,
            invited_by_id=self.team.admin.id,
            token_hash=token_hash(account),
            expires_at=now() + LIFETIME,
        )
        db.add(self.invitation)
        db.flush()
        hook = {"url": "https://hooks.example.org/in", "events": ["handoff.opened"]}
        self.solved = start(db, self.team)
        for _ in range(2):
            ask(db, viewer, sessions.choose_option, session_id=self.solved.id, option_id="yes")
        tree = {"tree_id": self.team.tree_id}
        lit = {"name": "Lit", "answers": ANSWERS, "end": {"kind": "escalation"}}
        self.scenario = ask(db, self.team.engineer, scenarios.add_scenario, **tree, **lit)
        self.webhook = ask(db, self.team.admin, webhooks.create_webhook, **hook)

    def of(self, fn: UseCase) -> tuple[Person, dict[str, Any]]:
        """Return who calls ``fn`` with which arguments."""
        person, arguments = self._by_name()[f"{fn.__module__.rpartition('.')[2]}.{fn.__name__}"]
        return person, arguments

    def make(self, fn: UseCase, **other: Any) -> Any:
        """Call ``fn`` with good arguments, but for the ``other`` ones, and take back what it did."""
        person, arguments = self.of(fn)
        savepoint = self.db.begin_nested()
        try:
            answer = ask(self.db, person, fn, **(arguments | other))
            self.db.flush()
            return answer
        finally:
            savepoint.rollback()
            self.db.expire_all()

    def _by_name(self) -> dict[str, tuple[Person, dict[str, Any]]]:
        return (
            self._of_sessions()
            | self._of_handoffs()
            | self._of_trees()
            | self._of_scenarios()
            | self._of_people()
            | self._of_webhooks()
        )

    def _of_sessions(self) -> dict[str, tuple[Person, dict[str, Any]]]:
        viewer, walk = self.team.viewer, {"session_id": self.session.id}
        seen = {"revision": self.session.revision}
        about = {"title": "t", "ticket_ref": "r", "asset": "a"}
        changed = {"seq": 1, "option_id": "yes", "value": "v", "note": "n", "acknowledged": True}
        return {
            "sessions.start_session": (viewer, {"tree_id": self.team.tree_id, "node": "wan"} | about),
            "sessions.get_session": (viewer, walk),
            "exports.read_note": (viewer, walk),
            "sessions.list_path": (viewer, walk),
            "sessions.write_session": (viewer, walk),
            "sessions.choose_option": (
                viewer,
                walk | seen | {"option_id": "done", "note": "n", "value": "v", "acknowledged": True},
            ),
            "sessions.step_back": (viewer, walk | seen | {"to_seq": 1, "note": "n"}),
            "session_changes.get_question": (viewer, walk | {"seq": 1}),
            "session_changes.preview_change": (viewer, walk | seen | changed),
            "session_changes.change_step": (viewer, walk | seen | changed),
            "sessions.save_note": (viewer, walk | {"seq": 1, "note": "n", "node": "plug"}),
            "sessions.update_session": (viewer, walk | seen | about | {"notes": "n"}),
            "sessions.complete_session": (viewer, walk | seen | {"outcome": "resolved", "summary": "s"}),
            "sessions.resume_session": (viewer, {"session_id": self.abandoned.id}),
            "charts.session_chart": (viewer, walk),
            "timelines.get_timeline": (viewer, walk),
            "attachments.attach": (viewer, walk | {"file": self.file, "seq": 2, "node": "plug"}),
            "attachments.read_attachment": (viewer, {"attachment_id": self.attachment.id}),
        }

    def _of_handoffs(self) -> dict[str, tuple[Person, dict[str, Any]]]:
        team, to_open = self.team, {"handoff_id": self.open.id}
        claimed = {"handoff_id": self.claimed.id}
        opening = {"session_id": self.session.id, "intent": "escalate", "reason": "r", "priority": "high"}
        return {
            "handoffs.open_handoff": (team.viewer, opening | {"revision": self.session.revision}),
            "handoffs.claim": (team.owner, to_open),
            "handoffs.cancel": (team.viewer, to_open),
            "handoffs.dismiss": (team.owner, to_open),
            "handoffs.keep": (team.engineer, claimed),
            "handoffs.release": (team.engineer, claimed | {"note": "n"}),
            "handoffs.resolve": (team.engineer, claimed | {"resolution": "r"}),
            "handoffs.resume": (team.viewer, {"handoff_id": self.parked.id}),
            "handoff_views.get_handoff": (team.viewer, to_open),
            "handoff_views.find_deliveries": (team.viewer, to_open | {"page": PageRequest()}),
            "handoff_views.get_watch": (team.viewer, to_open),
            "deliveries.resend": (team.admin, {"delivery_id": self.failed.id}),
            "handoff_views.note_seen": (team.owner, {"handoff_ids": [self.open.id]}),
        }

    def _of_trees(self) -> dict[str, tuple[Person, dict[str, Any]]]:
        team, tree = self.team, {"tree_id": str(self.team.tree_id)}
        details = tree_editing.Details("No internet", "First checks.", "Network", ("wan",))
        found = {"q": "no internet", "category": "Network", "tag": "wan", "state": "published"}
        document = json.loads(write_tree_file(TreeFile(title="t", tree=router_tree()), "json"))
        return {
            "tree_links.read_link": (team.viewer, {"slug": "no-internet", "asset": "RT-7"}),
            "tree_links.follow_link": (team.viewer, {"slug": "no-internet", "asset": "RT-7"}),
            "tree_links.make_labels": (team.viewer, tree | {"assets": "RT-7\nRT-8"}),
            "tree_search.search_trees": (team.viewer, found),
            "tree_search.browse_trees": (team.engineer, found | {"q": "", "state": "archived"}),
            "trees.get_summary": (team.viewer, tree),
            "trees.get_tree": (team.viewer, tree),
            "trees.published_tree": (team.viewer, tree),
            "trees.draft_problems": (team.engineer, tree),
            "charts.draft_chart": (team.engineer, tree),
            "charts.tree_chart": (team.viewer, tree),
            "charts.version_chart": (team.engineer, tree | {"version": 1}),
            "charts.comparison_chart": (team.engineer, tree | {"older": 1, "newer": 0}),
            "tree_editing.new_draft": (team.engineer, {"title": "t"}),
            "tree_editing.get_draft": (team.engineer, tree),
            "tree_editing.change_draft": (team.engineer, tree | {"gesture": lambda tree: tree}),
            "tree_editing.change_details": (team.engineer, tree | {"seen": details, "wanted": details}),
            "tree_editing.publish_draft": (team.engineer, tree | {"note": "n"}),
            "tree_versions.list_versions": (team.engineer, tree),
            "tree_versions.compare_versions": (team.engineer, tree | {"older": 1, "newer": 0}),
            "tree_versions.two_versions": (team.engineer, tree | {"older": 1, "newer": 0}),
            "tree_versions.restore_version": (team.engineer, tree | {"version": 1}),
            "tree_files.create_tree": (team.engineer, {"document": document, "publish": True}),
            "tree_files.replace_draft": (team.engineer, tree | {"document": document, "revision": 2}),
            "tree_files.publish_tree": (team.engineer, tree | {"revision": 2, "note": "n"}),
            "tree_files.validate_tree": (team.engineer, {"document": document}),
        }

    def _of_scenarios(self) -> dict[str, tuple[Person, dict[str, Any]]]:
        engineer, tree = self.team.engineer, {"tree_id": str(self.team.tree_id)}
        one = tree | {"scenario_id": self.scenario.id}
        words = {"name": "Dark", "answers": ANSWERS, "end": {"node": "stuck"}, "start": "power"}
        return {
            "scenarios.find_scenarios": (engineer, tree | {"page": PageRequest()}),
            "scenarios.add_scenario": (engineer, tree | words),
            "scenarios.get_scenario": (engineer, one),
            "scenarios.change_scenario": (engineer, one | words | {"revision": 1}),
            "scenarios.delete_scenario": (engineer, one),
            "scenarios.try_answers": (engineer, tree | {"answers": ANSWERS, "start": "power"}),
            "replays.replay_sessions": (engineer, tree),
            "replays.keep_session": (engineer, {"session_id": self.solved.id, "name": "Solved"}),
        }

    def _of_people(self) -> dict[str, tuple[Person, dict[str, Any]]]:
        team, one = self.team, {"user_id": str(self.team.engineer.id)}
        change = {"name": "Erin", "role": "admin", "is_active": False}
        return {
            "users.rename_me": (team.viewer, {"name": "Vera"}),
            "preferences.change_preferences": (
                team.engineer,
                {"in_app": True, "email": False, "quiet_hours": QUIET},
            ),
            "sign_ins.end_sign_in": (team.engineer, {"sign_in_id": team.engineer.actor.sign_in_id}),
            "users.change_user": (team.owner, one | change),
            "users.delete_user": (team.owner, one),
            "invitations.invite": (team.admin, {"email": "other@acme.test", "role": "viewer", "client": ""}),
            "invitations.renew": (team.admin, {"invitation_id": self.invitation.id, "client": ""}),
            "invitations.withdraw": (team.admin, {"invitation_id": self.invitation.id}),
        }

    def _of_webhooks(self) -> dict[str, tuple[Person, dict[str, Any]]]:
        admin, one = self.team.admin, {"webhook_id": self.webhook.id}
        hook = {"url": "https://example.org/", "events": ["session.completed"], "secret": "s" * 16}
        return {
            "webhooks.create_webhook": (admin, hook),
            "webhooks.get_webhook": (admin, one),
            "webhooks.change_webhook": (admin, one | hook | {"is_active": False}),
            "webhooks.delete_webhook": (admin, one),
            "webhooks.ping_webhook": (admin, one),
            "webhooks.find_webhook_deliveries": (admin, one | {"page": PageRequest()}),
        }
