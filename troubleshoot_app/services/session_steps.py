"""Steps as rows: where a session stands as a walk of the domain, and what is written when it moves."""

from typing import Any

from troubleshoot_app.domain.walk import Walk
from troubleshoot_app.services.jumps import homes_of_row, homes_to_row
from troubleshoot_app.services.session_rows import SessionRow


def walk_of(row: SessionRow) -> Walk:
    """Return where a session stands."""
    return Walk(row.node_id, row.seq, row.current_version_id, homes_of_row(row.homes))


def standing(walk: Walk) -> dict[str, Any]:
    """Return what a session keeps of where it stands."""
    return {
        "node_id": walk.node_id,
        "current_version_id": walk.version_id,
        "homes": homes_to_row(walk.homes),
    }
