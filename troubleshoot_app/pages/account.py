"""One's own account: name, password, how one is told of escalations, where one is signed in."""

import reflex as rx

from troubleshoot_app.components.forms import field
from troubleshoot_app.components.react import AlarmSwitch, PostForm, ZoneSelect, ago
from troubleshoot_app.components.shell import page, page_heading, waiting
from troubleshoot_app.domain.quiet_hours import Weekday
from troubleshoot_app.pages.auth import PASSWORD_HINT
from troubleshoot_app.schemas.preferences import SignInView
from troubleshoot_app.states.account import AccountState
from troubleshoot_app.states.inbox import InboxState


def account() -> rx.Component:
    """Return the page."""
    return page(
        page_heading("Your account"),
        rx.cond(
            AccountState.loaded,
            rx.fragment(
                rx.text(
                    AccountState.email, " · ", AccountState.role, " · ", InboxState.account_name,
                    size="3", class_name="quiet",
                ),
                rx.cond(AccountState.room != "", rx.text(AccountState.room, size="3", class_name="quiet")),
                _name(),
                rx.cond(InboxState.is_senior, _notifications()),
                _password(),
                _places(),
            ),
            waiting(),
        ),
    )  # fmt: skip


def _name() -> rx.Component:
    return _panel(
        "Name",
        rx.form(
            field("Your name", "name", default_value=AccountState.name, auto_complete="name", max_length=200),
            _save("Save name"),
            on_submit=AccountState.rename,
            reset_on_submit=False,
            class_name="stack",
        ),
    )


def _password() -> rx.Component:
    return _panel(
        "Password",
        PostForm.create(
            field("Current password", "current_password", type="password", auto_complete="current-password"),
            field(
                "New password", "password", type="password", auto_complete="new-password", hint=PASSWORD_HINT
            ),
            _save("Change password"),
            action="/api/v1/auth/web/password",
            done="Your password is changed, and you are signed out everywhere else.",
            takes_focus=False,
            on_done=AccountState.load_places,
            class_name="stack",
        ),
    )


def _notifications() -> rx.Component:
    chosen = AccountState.preferences
    return _panel(
        "When somebody escalates",
        rx.form(
            rx.el.fieldset(
                rx.el.legend("Tell me", class_name="field-label"),
                rx.box(
                    _tick("On screen, while a page is open", "in_app", chosen.in_app),
                    _tick("By mail", "email", chosen.email),
                    class_name="choices",
                ),
                class_name="choice-set",
            ),
            _tick("Quiet hours", "quiet", chosen.quiet_hours),
            _quiet_hours(),
            rx.text(
                "In quiet hours there is no mail and no banner. Whatever you choose, you are told when nobody else"
                " can be reached, or when nobody picks the case up.",
                size="2",
                class_name="hint",
            ),
            _save("Save choices"),
            on_submit=AccountState.save_choices,
            reset_on_submit=False,
            class_name="stack",
        ),
        rx.box(
            rx.text("In this browser", size="3", weight="bold"), AlarmSwitch.create(), class_name="here-only"
        ),
    )


def _quiet_hours() -> rx.Component:
    quiet = AccountState.preferences.quiet_hours
    return rx.box(
        rx.box(
            field("From", "start", type="time", default_value=rx.cond(quiet, quiet.start, "22:00")),
            field("Until", "end", type="time", default_value=rx.cond(quiet, quiet.end, "07:00")),
            class_name="two-fields",
        ),
        rx.box(
            rx.el.label("Time zone", html_for="field-zone", class_name="field-label"),
            ZoneSelect.create(name="zone", field_id="field-zone", chosen=rx.cond(quiet, quiet.zone, "")),
            class_name="field",
        ),
        rx.el.fieldset(
            rx.el.legend("Beginning on", class_name="field-label"),
            rx.box(
                *[
                    _tick(day.value.capitalize(), day.value, ~quiet | quiet.days.contains(day.value))
                    for day in Weekday
                ],
                class_name="choices days",
            ),
            class_name="choice-set",
        ),
        class_name="quiet-hours stack",
    )


def _places() -> rx.Component:
    return _panel(
        "Where you are signed in",
        rx.el.ul(
            rx.foreach(AccountState.places, _place),
            class_name="rows",
            custom_attrs={"aria-label": "Where you are signed in"},
        ),
        rx.cond(
            AccountState.places.length() > 1,
            rx.button(
                "Sign out everywhere else",
                size="3",
                variant="soft",
                color_scheme="red",
                class_name="save",
                on_click=AccountState.sign_out_elsewhere,
            ),
        ),
        rx.text("The names are what browsers and programs say of themselves.", size="2", class_name="hint"),
    )


def _place(place: rx.Var[SignInView]) -> rx.Component:
    return rx.el.li(
        rx.box(
            rx.text(place.label, weight="medium", size="3"),
            rx.text(
                rx.cond(place.is_browser, "Browser", "Program"),
                ", seen ",
                ago(place.seen_at),
                ", signed in ",
                ago(place.created_at),
                size="2",
                class_name="quiet",
            ),
            class_name="grow",
        ),
        rx.cond(
            place.is_this,
            rx.badge("This one", size="2"),
            rx.button(
                "Sign out",
                size="3",
                variant="soft",
                color_scheme="gray",
                on_click=AccountState.sign_out_of(place.id),
                custom_attrs={"aria-label": f"Sign out of {place.label}"},
            ),
        ),
        key=place.id,
    )


def _panel(title: str, *children: rx.Component) -> rx.Component:
    return rx.el.section(
        rx.heading(title, as_="h2", size="4"),
        *children,
        class_name="panel",
        custom_attrs={"aria-label": title},
    )


def _tick(words: str, name: str, ticked: rx.Var) -> rx.Component:
    return rx.el.label(
        rx.el.input(type="checkbox", name=name, default_checked=rx.cond(ticked, True, False)),
        rx.el.span(words),
        class_name=f"choice tick-{name}",
    )


def _save(words: str) -> rx.Component:
    return rx.button(words, type="submit", size="3", class_name="save")
