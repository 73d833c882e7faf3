"""The tables. Importing this package registers all of them."""

from troubleshoot_app.models.accounts import Account
from troubleshoot_app.models.attachments import Attachment
from troubleshoot_app.models.audit import AuditEntry, IdempotencyKey
from troubleshoot_app.models.handoffs import CaseMail, Delivery, Handoff
from troubleshoot_app.models.presence import Presence
from troubleshoot_app.models.scenarios import TreeScenario
from troubleshoot_app.models.sessions import Step, TroubleshootingSession
from troubleshoot_app.models.tallies import Tally
from troubleshoot_app.models.trees import TreeText, TreeVersion, TreeWord, TroubleshootingTree
from troubleshoot_app.models.users import (
    Invitation,
    NotificationChoices,
    PasswordReset,
    RefreshToken,
    SignIn,
    User,
)
from troubleshoot_app.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "Account",
    "Attachment",
    "AuditEntry",
    "CaseMail",
    "Delivery",
    "Handoff",
    "IdempotencyKey",
    "Invitation",
    "NotificationChoices",
    "PasswordReset",
    "Presence",
    "RefreshToken",
    "SignIn",
    "Step",
    "Tally",
    "TreeScenario",
    "TreeText",
    "TreeVersion",
    "TreeWord",
    "TroubleshootingSession",
    "TroubleshootingTree",
    "User",
    "Webhook",
    "WebhookDelivery",
]
