"""The API with two accounts."""

from tests.api.conftest import _quick_and_forgiving, api, api_as, strangers, team

__all__ = ["_quick_and_forgiving", "api", "api_as", "strangers", "team"]
