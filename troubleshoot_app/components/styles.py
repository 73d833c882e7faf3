"""The stylesheets of the pages, in the order in which they hold: what comes later has the last word."""

STYLESHEETS = [
    f"/styles/{name}.css"
    for name in (
        "page", "parts", "header", "banner", "nothing", "cards", "lists", "forms", "panels", "dialogs",
        "walk", "path", "replay", "briefing", "files", "note", "markdown", "toasts",
        "editor", "charts", "insight", "importing", "labels",
    )
]  # fmt: skip
