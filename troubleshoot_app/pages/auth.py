"""Sign in; open an account."""

import reflex as rx

from troubleshoot_app.components.forms import field
from troubleshoot_app.components.react import PostForm
from troubleshoot_app.components.shell import outside_page


def login() -> rx.Component:
    """Return the sign-in page; it leads on to where its visitor wanted to go."""
    return outside_page(
        rx.card(
            rx.heading("Sign in", as_="h1", size="6", mb="4"),
            PostForm.create(
                field("Email", "email", type="email", auto_complete="username", auto_focus=True),
                field("Password", "password", type="password", auto_complete="current-password"),
                rx.button("Sign in", type="submit", size="4", width="100%"),
                action="/api/v1/auth/web/sign-in",
                class_name="stack",
            ),
            size="4",
        ),
        rx.text(
            "New here? ",
            rx.link("Create an account", href="/register", underline="always"),
            size="3",
            align="center",
        ),
    )


def register() -> rx.Component:
    """Return the page that opens an account."""
    return outside_page(
        rx.card(
            rx.heading("Create an account", as_="h1", size="6", mb="4"),
            PostForm.create(
                field("Your name", "name", auto_complete="name", auto_focus=True),
                field("Team or company", "account_name", auto_complete="organization"),
                field("Email", "email", type="email", auto_complete="username"),
                field(
                    "Password",
                    "password",
                    type="password",
                    auto_complete="new-password",
                    hint="At least 8 characters. A few words in a row are good.",
                ),
                rx.button("Create account", type="submit", size="4", width="100%"),
                action="/api/v1/auth/web/register",
                class_name="stack",
            ),
            size="4",
        ),
        rx.text(
            "Registered already? ",
            rx.link("Sign in", href="/login", underline="always"),
            size="3",
            align="center",
        ),
    )
