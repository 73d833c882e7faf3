"""What goes wrong in a browser, as its page reports it: any stranger can send that, so it is logged short and seldom."""

import logging
import time

logger = logging.getLogger(__name__)

LENGTH = 2_000
MOST = 20
PER_SECONDS = 60.0


class BrowserErrors:
    """Logs each report on one line, cut to ``LENGTH``, and no more than ``MOST`` of them in a minute."""

    def __init__(self) -> None:
        self._since = float("-inf")
        self._count = 0

    def log(self, exception: Exception) -> None:
        """Log one report; the first that is too many is mentioned, those after it are dropped."""
        at = time.monotonic()
        if at - self._since > PER_SECONDS:
            self._since, self._count = at, 0
        self._count += 1
        if self._count <= MOST:
            words = str(exception)
            # As Python writes text: no line break or control character of a stranger's gets into the log.
            logger.warning("a browser reports (%d characters): %r", len(words), words[:LENGTH])
        elif self._count == MOST + 1:
            logger.warning("browsers report more than %d errors a minute; the rest is dropped", MOST)
