"""Pages whose address has a parameter: one file for each such route, whatever stands for the parameter."""

import re

_PARAMETER = re.compile(r"\[\w+\]")
_ANYTHING = "any"


def shell_of(route: str) -> str:
    """Return the address that the page of ``route`` is compiled at: ``/trees/any/edit`` for ``/trees/[tree_id]/edit``."""
    return _PARAMETER.sub(_ANYTHING, route)


def pattern_of(route: str) -> re.Pattern[str]:
    """Return what matches all addresses of ``route``."""
    return re.compile("[^/]+".join(map(re.escape, _PARAMETER.split(route))))
