"""Makes the built pages independent of the address that they are served from."""

from typing import Unpack

from reflex.plugins import Plugin
from reflex_base.plugins.base import PreCompileContext

STATE_JS = "utils/state.js"
BAKED_IN = "  const endpoint = new URL(url_str);\n"
SAME_ORIGIN = (
    BAKED_IN
    + """  if (typeof window !== "undefined") {
    const websocket = endpoint.protocol.startsWith("ws");
    const secure = window.location.protocol === "https:";
    endpoint.protocol = (websocket ? "ws" : "http") + (secure ? "s:" : ":");
    endpoint.host = window.location.host;
    endpoint.port = window.location.port;
    return endpoint;
  }
"""
)


def use_page_origin(state_js: str) -> str:
    """Return Reflex's client code with ``getBackendURL`` answering the origin of the page.

    Raises:
        RuntimeError: the code is not what this was written for.
    """
    if SAME_ORIGIN in state_js:
        return state_js
    if state_js.count(BAKED_IN) != 1 or "export const getBackendURL" not in state_js:
        raise RuntimeError(
            f"This version of Reflex has another {STATE_JS}: getBackendURL was not found where expected. "
            "Adapt troubleshoot_app/server/same_origin.py to it."
        )
    return state_js.replace(BAKED_IN, SAME_ORIGIN)


class SameOrigin(Plugin):
    """One build serves any host and port: websocket and requests go to where the page came from."""

    def pre_compile(self, **context: Unpack[PreCompileContext]) -> None:
        """Patch the client code while the pages are compiled."""
        context["add_modify_task"](STATE_JS, use_page_origin)
