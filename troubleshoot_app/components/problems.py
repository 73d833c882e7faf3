"""What is wrong with a tree, in the words of the node that it is about."""

import reflex as rx

from troubleshoot_app.components.badges import severity_badge
from troubleshoot_app.schemas.trees import DraftProblem


def problem_line(problem: rx.Var[DraftProblem]) -> rx.Component:
    """Return what a link or a button to the node says: how bad it is, which node it is, what is wrong, what to do."""
    return rx.fragment(
        severity_badge(problem.severity),
        rx.box(
            rx.text(
                rx.cond(problem.words != "", problem.words, "The whole tree"),
                size="2",
                class_name="quiet clamp",
            ),
            rx.text(problem.message, size="3"),
            class_name="grow",
        ),
    )
