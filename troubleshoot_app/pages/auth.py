"""Sign in; open an account or join one; a new password for who forgot theirs."""

import reflex as rx

from troubleshoot_app.components.forms import field, text_field
from troubleshoot_app.components.react import ByInvitation, GoodLink, Offer, PostForm
from troubleshoot_app.components.shell import outside_page

PASSWORD_HINT = "At least 8 characters. A few words in a row are good."  # noqa: S105  what people read beside the field


def login() -> rx.Component:
    """Return the sign-in page; it leads on to where its visitor wanted to go."""
    return outside_page(
        _card(
            "Sign in",
            PostForm.create(
                _email(),
                field("Password", "password", type="password", auto_complete="current-password"),
                _submit("Sign in"),
                action="/api/v1/auth/web/sign-in",
                class_name="stack",
            ),
        ),
        _aside("", "Forgot password?", "/forgot"),
        _aside("New here? ", "Create an account", "/register"),
    )


def register() -> rx.Component:
    """Return the page that opens an account; who comes with an invitation joins the one that it is for."""
    return outside_page(
        ByInvitation.create(_open_account(), invited=False),
        ByInvitation.create(_join(), invited=True),
        _aside("Registered already? ", "Sign in", "/login"),
    )


def forgot() -> rx.Component:
    """Return the page that asks for a mail with a link to choose a new password."""
    return outside_page(
        _card(
            "Forgot password?",
            PostForm.create(
                rx.text("We mail you a link to choose a new one.", size="3"),
                _email(),
                _submit("Send the link"),
                action="/api/v1/auth/password/forgot",
                done="If the address is known, a mail is on its way. Its link is good for 30 minutes.",
                class_name="stack",
            ),
        ),
        _aside("Remembered it? ", "Sign in", "/login"),
    )


def reset() -> rx.Component:
    """Return the page that the link of that mail leads to."""
    return outside_page(
        _card(
            "Choose a new password",
            GoodLink.create(
                PostForm.create(
                    _new_password(),
                    _submit("Save password"),
                    _aside("The link is too old? ", "Ask for a new one", "/forgot"),
                    action="/api/v1/auth/password/reset",
                    secret="token",  # noqa: S106  the name of the part of the address
                    done="Your password is changed, and you are signed out everywhere. Sign in with the new one.",
                    class_name="stack",
                ),
                action="/api/v1/auth/web/reset",
                again="/forgot",
            ),
        ),
        _aside("", "Sign in", "/login"),
    )


def _open_account() -> rx.Component:
    return _card(
        "Create an account",
        PostForm.create(
            field("Your name", "name", auto_complete="name"),
            field("Team or company", "account_name", auto_complete="organization"),
            _email(),
            _new_password(),
            _submit("Create account"),
            action="/api/v1/auth/web/register",
            class_name="stack",
        ),
    )


def _join() -> rx.Component:
    return _card(
        "Join your team",
        Offer.create(
            PostForm.create(
                field("Your name", "name", auto_complete="name"),
                _invited_email(),
                _new_password(),
                _submit("Create account"),
                action="/api/v1/auth/web/register",
                secret="invitation",  # noqa: S106  the name of the part of the address
                class_name="stack",
            ),
            action="/api/v1/auth/web/invitation",
        ),
    )


def _card(title: str, *children: rx.Component) -> rx.Component:
    return rx.box(rx.heading(title, as_="h1", size="6"), *children, class_name="panel")


def _email() -> rx.Component:
    return field("Email", "email", type="email", auto_complete="username")


def _invited_email() -> rx.Component:
    """Return the address that an invitation is for, on as many lines as it takes; and once more for what keeps passwords,
    which looks for it in a field of one line."""
    return rx.fragment(
        text_field("Email", "email", rows="1", resize="none", read_only=True, class_name="whole-address"),
        rx.el.input(name="email", auto_complete="username", hidden=True),
    )


def _new_password() -> rx.Component:
    return field("Password", "password", type="password", auto_complete="new-password", hint=PASSWORD_HINT)


def _submit(words: str) -> rx.Component:
    return rx.button(words, type="submit", size="4", width="100%")


def _aside(question: str, words: str, href: str) -> rx.Component:
    return rx.text(question, rx.link(words, href=href, underline="always"), size="3", class_name="aside")
