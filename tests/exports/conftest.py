"""The API with two accounts. How long an example takes depends on what else the machine does: it is not judged by it."""

from hypothesis import HealthCheck, settings

from tests.api.conftest import _quick_and_forgiving, api, api_as, strangers, team

__all__ = ["_quick_and_forgiving", "api", "api_as", "strangers", "team"]

settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")
