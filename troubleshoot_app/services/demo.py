"""The demo account: five people and five real trees, so that whoever tries this has something to walk."""

from importlib.resources import files

from sqlmodel import Session

from troubleshoot_app.core.security import hash_password
from troubleshoot_app.domain.actor import Actor, Role
from troubleshoot_app.domain.formats.tree_file import read_tree_file
from troubleshoot_app.domain.tree_rules import can_publish, problems
from troubleshoot_app.models import Account
from troubleshoot_app.services import accounts, trees

ACCOUNT_NAME = "Demo"
PASSWORD = "demo-password"  # noqa: S105  public on purpose
PEOPLE = (
    ("owner@demo.test", "Olivia Owner", Role.OWNER),
    ("admin@demo.test", "Adam Admin", Role.ADMIN),
    ("engineer@demo.test", "Erin Engineer", Role.ENGINEER),
    ("engineer2@demo.test", "Ben Engineer", Role.ENGINEER),
    ("viewer@demo.test", "Vera Viewer", Role.VIEWER),
)


def load_demo(db: Session) -> None:
    """Make the demo account unless it is there already. Trees with errors stay drafts, as their authors left them."""
    if accounts.user_of_address(db, PEOPLE[0][0]) is not None:
        return
    account = Account(name=ACCOUNT_NAME)
    db.add(account)
    db.flush()
    password_hash = hash_password(PASSWORD)
    users = [
        accounts.add_user(db, account, email=email, password_hash=password_hash, name=name, role=role)
        for email, name, role in PEOPLE
    ]
    author = users[1]
    actor = Actor(author.id, account.id, author.name, author.role, sign_in_id=author.id)
    for path in sorted(
        files("troubleshoot_app.demo").joinpath("trees").iterdir(), key=lambda path: path.name
    ):
        if not path.name.endswith(".yaml"):
            continue
        file = read_tree_file(path.read_bytes(), "yaml")
        tree = trees.add_tree(db, actor, file)
        if can_publish(problems(file.tree)):
            trees.freeze(db, actor, tree, note="As it came.")
