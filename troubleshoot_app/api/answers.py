"""Answers that are written where they are made: in the thread of the route, and once."""

from fastapi import Response
from pydantic import BaseModel


def written(view: BaseModel | str) -> Response:
    """Return a view as JSON; a ``str`` is one that is written already.

    Views are checked when they are made. FastAPI would check them again and write them on the event loop, where all
    others wait; the routes that are asked most answer with this instead.
    """
    text = view if isinstance(view, str) else view.model_dump_json(by_alias=True)
    return Response(text, media_type="application/json")
