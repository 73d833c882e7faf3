"""Answers that are written where they are made: in the thread of the route, and once."""

from fastapi import Response
from pydantic import BaseModel


def written(view: BaseModel) -> Response:
    """Return a view as JSON.

    Views are checked when they are made. FastAPI would check them again and write them on the event loop, where all
    others wait; the routes that are asked most answer with this instead.
    """
    return Response(view.model_dump_json(by_alias=True), media_type="application/json")
