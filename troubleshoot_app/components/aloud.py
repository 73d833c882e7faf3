"""What a screen reader says by itself."""

from typing import Any

import reflex as rx


def told(*children: rx.Component | rx.Var | str, **props: str) -> rx.Component:
    """Return a place of which is read out what comes into it; it is there before, or else nobody listens to it.

    It has a role in place of the attribute aria-live: what is around an element with that, a dialog does not hide.
    """
    return rx.box(*children, role="status", custom_attrs={"aria-atomic": "false"}, **props)


def found_aloud(count: Any, noun: str, *, when: Any) -> rx.Component:
    """Return how many things a search has found, for who cannot see it."""
    words = rx.cond(count == 1, f"1 {noun} found", f"{count} {noun}s found")
    return told(rx.cond(when, words, ""), class_name="unseen")
