"""The people of the account: who they are, who was invited, and what admins decide about them."""

import reflex as rx

from troubleshoot_app.components.badges import role_badge
from troubleshoot_app.components.dialogs import form_dialog, question_dialog
from troubleshoot_app.components.forms import choice, fault_of, field
from troubleshoot_app.components.lists import more_button
from troubleshoot_app.components.react import Follow, ago, clock
from troubleshoot_app.components.shell import not_for_you, page, page_heading, waiting
from troubleshoot_app.schemas.people import Member, OpenInvitation
from troubleshoot_app.states.inbox import InboxState
from troubleshoot_app.states.people import PeopleState

_ROLES = [
    ("viewer", "Viewer: walks trees and escalates"),
    ("engineer", "Engineer: a senior, takes escalations and writes trees"),
    ("admin", "Admin: looks after people as well"),
    ("owner", "Owner: decides on owners as well"),
]


def people() -> rx.Component:
    """Return the page."""
    return page(
        rx.cond(
            PeopleState.refused != "",
            not_for_you(PeopleState.refused),
            rx.fragment(
                page_heading(
                    "People",
                    rx.cond(
                        InboxState.is_admin,
                        rx.button("Invite", size="3", on_click=PeopleState.open_dialog("invite", "")),
                    ),
                ),
                rx.cond(PeopleState.loaded, _lists(), waiting()),
            ),
        ),
        Follow.create(hydrated=rx.State.is_hydrated, tick=InboxState.progress, on_tick=PeopleState.follow),
        _invite_dialog(),
        _change_dialog(),
        _deactivate_dialog(),
        _delete_dialog(),
    )


def _lists() -> rx.Component:
    return rx.fragment(
        rx.cond(
            PeopleState.invited.length() > 0,
            rx.el.section(
                rx.heading("Invited", as_="h2", size="5"),
                rx.el.ul(
                    rx.foreach(PeopleState.invited, _invitation),
                    class_name="rows",
                    custom_attrs={"aria-label": "Invited"},
                ),
                class_name="section",
            ),
        ),
        rx.el.section(
            rx.heading("In the account", as_="h2", size="5"),
            rx.el.ul(
                rx.foreach(PeopleState.items, _person),
                class_name="rows",
                custom_attrs={"aria-label": "People"},
            ),
            more_button(PeopleState),
            class_name="section",
        ),
    )


def _invitation(invitation: rx.Var[OpenInvitation]) -> rx.Component:
    return rx.el.li(
        rx.box(
            rx.box(
                rx.text(invitation.email, weight="medium", size="3", class_name="breaks"),
                role_badge(invitation.role),
                class_name="name-line",
            ),
            rx.text(
                "Invited by ", invitation.invited_by.name, " ", ago(invitation.created_at),
                ", expires ", ago(invitation.expires_at),
                size="2", class_name="quiet",
            ),
            rx.match(
                invitation.mail_status,
                ("sent", _reach("mail-check", "reach-good", rx.fragment("Mailed ", ago(invitation.mailed_at)))),
                ("pending", _on_its_way(invitation)),
                _reach("mail-x", "reach-bad", rx.fragment("The mail did not go out: ", invitation.mail_error)),
            ),
            rx.box(
                _action("Send again", invitation.email, PeopleState.invite_again(invitation.id)),
                _action("Withdraw", invitation.email, PeopleState.withdraw(invitation.id)),
                class_name="row-actions",
            ),
            class_name="grow",
        ),
        key=invitation.id,
    )  # fmt: skip


def _on_its_way(invitation: rx.Var[OpenInvitation]) -> rx.Component:
    """Return how far a mail has come that is still tried."""
    trouble = rx.fragment(
        "The mail is not out yet, next try at ",
        clock(invitation.next_attempt_at),
        ": ",
        invitation.mail_error,
    )
    return _reach("send", "quiet", rx.cond(invitation.mail_error != "", trouble, "The mail is on its way"))


def _person(person: rx.Var[Member]) -> rx.Component:
    return rx.el.li(
        rx.box(
            rx.box(
                rx.text(person.name, weight="medium", size="3", class_name="breaks"),
                role_badge(person.role),
                rx.cond(person.id == PeopleState.me, rx.badge("You", size="2")),
                rx.cond(person.online, rx.badge("Online", color_scheme="green", size="2")),
                rx.cond(~person.is_active, rx.badge("Deactivated", color_scheme="amber", size="2")),
                class_name="name-line",
            ),
            rx.text(
                rx.el.span(person.email, class_name="breaks"),
                " · ",
                rx.cond(
                    person.last_seen_at,
                    rx.fragment("last seen ", ago(person.last_seen_at)),
                    "never signed in",
                ),
                size="2",
                class_name="quiet",
            ),
            _reachable(person),
            rx.cond(InboxState.is_admin, _actions(person)),
            class_name="grow",
        ),
        key=person.id,
    )


def _reachable(person: rx.Var[Member]) -> rx.Component:
    """Return whether escalations reach a senior."""
    return rx.cond(
        person.is_active & (person.role != "viewer"),
        rx.cond(
            person.unreachable != "",
            _reach("bell-off", "reach-bad", f"Escalations may not reach them: {person.unreachable}"),
            _reach("bell", "reach-good", "Escalations reach them"),
        ),
    )


def _reach(icon: str, class_name: str, words: rx.Component | rx.Var | str) -> rx.Component:
    return rx.text(
        rx.icon(icon, size=16, custom_attrs={"aria-hidden": "true"}),
        rx.el.span(words),
        size="2",
        class_name=f"reach {class_name}",
    )


def _actions(person: rx.Var[Member]) -> rx.Component:
    return rx.box(
        _action("Change", person.name, PeopleState.open_dialog("change", person.id)),
        rx.cond(
            person.is_active,
            _action("Deactivate", person.name, PeopleState.open_dialog("deactivate", person.id)),
            _action("Reactivate", person.name, PeopleState.reactivate(person.id)),
        ),
        _action("Delete", person.name, PeopleState.open_dialog("delete", person.id), "red"),
        class_name="row-actions",
    )


def _action(
    words: str, whom: rx.Var[str], on_click: rx.event.EventType, colour: str = "gray"
) -> rx.Component:
    return rx.button(
        words,
        size="3",
        variant="soft",
        color_scheme=colour,
        on_click=on_click,
        custom_attrs={"aria-label": f"{words} {whom}"},
    )


def _invite_dialog() -> rx.Component:
    return form_dialog(
        "Invite",
        field("Email", "email", fault=_fault_of("email"), type="email", auto_complete="off", auto_focus=True),
        choice("Role", "role", _ROLES, "viewer", in_rows=True, fault=_fault_of("role")),
        opened=PeopleState.dialog == "invite",
        on_toggle=PeopleState.toggle_dialog,
        on_submit=PeopleState.invite,
        submit="Send invitation",
        explanation="They get a mail with a link that is good for 7 days, and choose a name and a password.",
    )


def _change_dialog() -> rx.Component:
    chosen = PeopleState.chosen
    return form_dialog(
        f"Change {chosen.name}",
        field("Name", "name", fault=_fault_of("name"), default_value=chosen.name, max_length=200),
        choice("Role", "role", _ROLES, chosen.role, in_rows=True, fault=_fault_of("role")),
        opened=PeopleState.dialog == "change",
        on_toggle=PeopleState.toggle_dialog,
        on_submit=PeopleState.change,
        submit="Save",
        explanation="A new role counts at once. A case that they picked up and may no longer have is open again.",
    )


def _deactivate_dialog() -> rx.Component:
    return question_dialog(
        f"Deactivate {PeopleState.chosen.name}?",
        fault_of("decision", PeopleState.fault),
        opened=PeopleState.dialog == "deactivate",
        on_toggle=PeopleState.toggle_dialog,
        explanation="They are signed out everywhere, cannot sign in and are not told of escalations. Cases that they "
        "picked up are open again. You can reactivate them at any time.",
        confirm="Deactivate",
        on_confirm=PeopleState.deactivate,
        is_loss=False,
    )


def _delete_dialog() -> rx.Component:
    return question_dialog(
        f"Delete {PeopleState.chosen.name}?",
        fault_of("decision", PeopleState.fault),
        opened=PeopleState.dialog == "delete",
        on_toggle=PeopleState.toggle_dialog,
        explanation="They are signed out everywhere and gone from this list for good. Cases that they picked up are open "
        "again. What they did stays in the record, with their name, and their address can be invited anew.",
        confirm="Delete",
        on_confirm=PeopleState.delete,
    )


def _fault_of(name: str) -> rx.Var[str]:
    return rx.cond(PeopleState.faulty == name, PeopleState.fault, "").to(str)
