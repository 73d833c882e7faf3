"""Who is asking, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What a person may do in their account; each role can do all that the ones before it can."""

    VIEWER = "viewer"
    ENGINEER = "engineer"
    ADMIN = "admin"
    OWNER = "owner"

    @property
    def rank(self) -> int:
        """Return the place in ``viewer < engineer < admin < owner``."""
        return _RANKS[self]

    @property
    def is_senior(self) -> bool:
        """Seniors take escalations: engineer, admin and owner."""
        return self.rank >= _RANKS[Role.ENGINEER]

    @property
    def is_admin(self) -> bool:
        """Admins and owners look after the account."""
        return self.rank >= _RANKS[Role.ADMIN]

    def may_invite(self, role: "Role") -> bool:
        """Tell whether who has this role may invite somebody as ``role``: admins may, and owners are invited by owners."""
        return self.is_admin and (role is not Role.OWNER or self is Role.OWNER)


_RANKS = {role: rank for rank, role in enumerate(Role)}

SENIOR_ROLES = tuple(role for role in Role if role.is_senior)


class Permission(StrEnum):
    """A thing one may be allowed to do; the value completes the sentence "You may not …"."""

    TREE_READ = "read trees"
    TREE_READ_DRAFTS = "read drafts"
    TREE_WRITE = "change trees"
    TREE_DELETE = "delete trees"
    SESSION_WALK = "walk a tree"
    SESSION_READ_ALL = "read other people's sessions"
    HANDOFF_OPEN = "escalate or park"
    HANDOFF_CLAIM = "pick up escalations"
    DELIVERY_MANAGE = "see all deliveries or send one again"
    PEOPLE_READ = "see the people of the account"
    PEOPLE_MANAGE = "manage people"
    INSIGHT_READ = "see insights"
    WEBHOOK_MANAGE = "manage webhooks"
    AUDIT_READ = "read the audit log"


_LEAST_ROLE = {
    Permission.TREE_READ: Role.VIEWER,
    Permission.TREE_READ_DRAFTS: Role.ENGINEER,
    Permission.TREE_WRITE: Role.ENGINEER,
    Permission.TREE_DELETE: Role.ADMIN,
    Permission.SESSION_WALK: Role.VIEWER,
    Permission.SESSION_READ_ALL: Role.ENGINEER,
    Permission.HANDOFF_OPEN: Role.VIEWER,
    Permission.HANDOFF_CLAIM: Role.ENGINEER,
    Permission.DELIVERY_MANAGE: Role.ADMIN,
    Permission.PEOPLE_READ: Role.ENGINEER,
    Permission.PEOPLE_MANAGE: Role.ADMIN,
    Permission.INSIGHT_READ: Role.ENGINEER,
    Permission.WEBHOOK_MANAGE: Role.ADMIN,
    Permission.AUDIT_READ: Role.ADMIN,
}


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in person, as the database knows them at this moment. ``via`` says how they act, where not by themselves."""

    user_id: UUID
    account_id: UUID
    name: str
    role: Role
    sign_in_id: UUID
    via: str = ""

    @property
    def is_senior(self) -> bool:
        """Whether escalations of the account come to this person."""
        return self.role.is_senior

    def may(self, permission: Permission) -> bool:
        """Tell whether the role reaches for ``permission``."""
        return self.role.rank >= _LEAST_ROLE[permission].rank
