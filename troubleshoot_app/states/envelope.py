"""What arrives on a socket, before it is believed to be an event."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

ADDRESS_LENGTH = 4000
DEPTH = 20

# Text of a browser's address bar, which has no lone surrogates and starts at the root.
_Path = Annotated[str, StringConstraints(pattern=r"^(/|$)", max_length=ADDRESS_LENGTH)]


class Place(BaseModel):
    """The page that an event comes from, as the browser says."""

    model_config = ConfigDict(strict=True, extra="forbid")

    pathname: _Path = ""
    asPath: _Path = ""  # noqa: N815  Reflex's name for it
    query: dict[str, str] = {}


class Envelope(BaseModel):
    """An event: the name of a handler, its arguments by name, the page."""

    model_config = ConfigDict(strict=True, extra="ignore")

    name: str
    payload: dict[str, Any] = {}
    router_data: Place = Place()


def read_event(received: object) -> dict[str, Any] | None:
    """Return an event with all its texts in order; None when what was received is no event."""
    try:
        envelope = Envelope.model_validate(received)
        payload = _in_order(envelope.payload, DEPTH)
    except ValueError:
        return None
    return envelope.model_dump(exclude={"payload"}) | {"payload": payload}


def _in_order(value: Any, depth: int) -> Any:
    """Return ``value`` with a mark for each lone surrogate in it, such as half of an emoji: no answer could carry it.

    Raises:
        ValueError: it is nested deeper than ``depth``.
    """
    if depth < 0:
        raise ValueError("nested too deep")
    match value:
        case str() if not value.isascii():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_in_order(item, depth - 1) for item in value]
        case dict():
            return {_in_order(key, depth): _in_order(item, depth - 1) for key, item in value.items()}
        case _:
            return value
