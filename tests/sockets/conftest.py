"""What socket tests share: an account, and the names of event handlers."""

from collections.abc import Callable

import pytest
from reflex_base.registry import RegisteredEventHandler, RegistrationContext

from tests.support.accounts import open_account
from tests.support.people import Team


@pytest.fixture
def team(server_database: str) -> Team:
    """A new account on the running server."""
    return open_account()


@pytest.fixture(scope="session")
def registry() -> dict[str, RegisteredEventHandler]:
    """Every event handler of the application and of Reflex, by the name that the socket knows it by."""
    import troubleshoot_app.troubleshoot_app  # noqa: F401  its import registers them

    return dict(RegistrationContext.get().event_handlers)


@pytest.fixture(scope="session")
def name_of(registry: dict[str, RegisteredEventHandler]) -> Callable[[str], str]:
    """``name_of("session_state.choose")`` returns the whole name of that handler."""

    def whole(end: str) -> str:
        (name,) = [name for name in registry if name.endswith(f"____{end}")]
        return name

    return whole
