"""How long an example takes depends on what else the machine does, so Hypothesis does not judge by it."""

from hypothesis import HealthCheck, settings

settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")
