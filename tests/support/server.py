"""The real server, as a process of its own: ``python -m troubleshoot_app serve``."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.support.ports import free_port
from troubleshoot_app.server.paths import ROOT

START_SECONDS = 60
STOP_SECONDS = 15
POLL_SECONDS = 0.05
LOG_TAIL = 60
# What a developer may have set for their own server must not reach the ones under test.
SETTINGS = (
    "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SMTP_URL", "MAIL_FROM", "PUBLIC_URL", "PORT", "WORKERS",
    "DEMO_DATA", "ALLOW_REGISTRATION", "SEEN_TIMEOUT_SECONDS", "CLAIM_TIMEOUT_SECONDS", "CLAIM_LEASE_MINUTES", "VAR_DIR",
    "ABANDON_AFTER_DAYS", "TRUSTED_PROXY_HOPS", "WEBHOOK_ALLOW_PRIVATE", "LOG_FORMAT",
    "ATTACHMENT_QUOTA_MB", "SOCKETS_PER_PERSON", "SOCKETS_PER_ADDRESS", "ESCALATIONS_PER_PERSON",
)  # fmt: skip


def clean_environment(**settings: str) -> dict[str, str]:
    """Return this process's environment with these settings of Troubleshoot and no others."""
    return {name: value for name, value in os.environ.items() if name not in SETTINGS} | settings


class Server:
    """A server on a free loopback port; ``settings`` are those of the application, such as ``SMTP_URL``."""

    def __init__(self, folder: Path, **settings: str) -> None:
        """Choose a port; nothing is started yet. Log and VAR_DIR go into ``folder``."""
        self.port = int(settings.pop("PORT", 0)) or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.var_dir = Path(settings.pop("VAR_DIR", folder / "var"))
        self.log = folder / "server.log"
        self.environment = clean_environment(
            PORT=str(self.port), PUBLIC_URL=self.url, VAR_DIR=str(self.var_dir), PYTHONUNBUFFERED="1"
        )
        self.environment |= settings
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def database_url(self) -> str:
        """The database that was named in the settings."""
        return self.environment["DATABASE_URL"]

    def start(self, *, seconds: float = START_SECONDS, command: list[str] | None = None) -> float:
        """Start it, wait until it says that it is ready, and return how many seconds that took."""
        begin = time.monotonic()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command or [sys.executable, "-m", "troubleshoot_app", "serve"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while "is ready at" not in self.log_text():
            if self.process.poll() is not None or time.monotonic() > begin + seconds:
                self.kill()
                raise AssertionError(f"The server did not start:\n{self.log_tail()}")
            time.sleep(POLL_SECONDS)
        assert self.answers()
        return time.monotonic() - begin

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it as a person would, and return its exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"The server did not end in {STOP_SECONDS} s:\n{self.log_tail()}") from None

    def kill(self) -> None:
        """End the supervisor without letting it clean up."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def answers(self) -> bool:
        """Whether the front page comes."""
        try:
            with urllib.request.urlopen(self.url, timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def log_text(self) -> str:
        """Return all that it said."""
        return self.log.read_text(errors="replace")

    def log_tail(self) -> str:
        """Return what it said last."""
        return "\n".join(self.log_text().splitlines()[-LOG_TAIL:])
