"""Settings: the only place that reads the environment (or ``.env``)."""

import contextlib
import os
import secrets
import tempfile
from functools import cache
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_BYTES = 32  # as many as HS256 wants (RFC 7518, section 3.2)
YEAR_SECONDS = 365 * 24 * 3600
DEFAULT_PORTS = {"http": 80, "https": 443}
REDIS_SCHEMES = ("redis://", "rediss://", "unix://")


class Settings(BaseSettings):
    """What the operator decides; each field is the environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    database_url: str | None = None
    redis_url: str | None = None
    secret_key: str | None = Field(default=None, repr=False)
    smtp_url: str | None = Field(default=None, repr=False)
    mail_from: str = "troubleshoot@localhost"
    public_url: str | None = None
    port: int = Field(default=3000, ge=1, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    demo_data: bool | None = None
    allow_registration: bool = True
    trusted_proxy_hops: int = Field(default=0, ge=0, le=10)
    seen_timeout_seconds: int = Field(default=60, ge=1, le=YEAR_SECONDS)
    claim_timeout_seconds: int = Field(default=600, ge=1, le=YEAR_SECONDS)
    claim_lease_minutes: int = Field(default=30, ge=1, le=YEAR_SECONDS // 60)
    abandon_after_days: int = Field(default=14, ge=1, le=3650)
    escalations_per_person: int = Field(default=1000, ge=1, le=1_000_000)
    sockets_per_person: int = Field(default=500, ge=1, le=10_000)
    sockets_per_address: int = Field(default=100, ge=1, le=10_000)
    attachment_quota_mb: int = Field(default=20_480, ge=1, le=2**40)
    webhook_allow_private: bool = False
    log_format: Literal["text", "json"] = "text"
    var_dir: Path = Path("var")

    @field_validator("public_url")
    @classmethod
    def _plain_origin(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            return _origin(value)
        except ValueError:
            raise ValueError("PUBLIC_URL must look like https://help.example.org, without a path.") from None

    @field_validator("redis_url")
    @classmethod
    def _redis_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(REDIS_SCHEMES):
            raise ValueError("REDIS_URL must look like redis://host:6379/0, rediss://… or unix:///path.")
        return value

    @property
    def base_url(self) -> str:
        """Where people reach the pages, without a trailing slash; used for links in mails."""
        return self.public_url or f"http://localhost:{self.port}"

    @property
    def allowed_origins(self) -> list[str]:
        """Origins that may open the websocket and send a sign-in."""
        if self.public_url:
            return [self.public_url]
        return [f"http://localhost:{self.port}", f"http://127.0.0.1:{self.port}"]

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies carry ``Secure``: yes as soon as people come by https."""
        return self.base_url.startswith("https://")

    @property
    def wants_demo_data(self) -> bool:
        """The demo account is for an installation that brings no database of its own, unless told otherwise."""
        return self.database_url is None if self.demo_data is None else self.demo_data

    @property
    def is_secret_short(self) -> bool:
        """Whether ``SECRET_KEY`` is set and too short to be out of reach of guessing: it may have been for years."""
        return self.secret_key is not None and not _is_long_enough(self.secret_key)

    def require_secret(self) -> str:
        """Return the key that signs tokens; make and keep one (mode 0600) for the embedded database.

        Raises:
            ValueError: ``DATABASE_URL`` is set and ``SECRET_KEY`` is not, or somebody has shortened what was kept.
        """
        if self.secret_key:
            return self.secret_key
        if self.database_url:
            raise ValueError(
                "SECRET_KEY is required when DATABASE_URL is set: all workers must sign with the same key."
            )
        path = self.var_dir / "secret_key"
        if not path.exists():
            _make_secret(path)
        secret = path.read_text().strip()
        if not _is_long_enough(secret):
            raise ValueError(
                f"{path} is too short to be a key. Remove it: another one is made, and everybody signs in again."
            )
        return secret


def _is_long_enough(secret: str) -> bool:
    return len(secret.encode()) >= SECRET_BYTES


def _origin(url: str) -> str:
    """Return a URL as browsers write it in ``Origin``; ValueError when it is no plain address of a web server."""
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").encode("idna").decode("ascii")
    rest = (
        parts.username,
        parts.password,
        parts.query or None,
        parts.fragment or None,
        parts.path.strip("/") or None,
    )
    if parts.scheme not in DEFAULT_PORTS or not host or any(part is not None for part in rest):
        raise ValueError(url)
    name = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{name}{port}"


def _make_secret(path: Path) -> None:
    """Make the file that holds a new secret, whole at once; of several processes that try, one does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(prefix=".secret_key-", dir=path.parent)  # with mode 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(SECRET_BYTES))
        with contextlib.suppress(FileExistsError):
            os.link(unfinished, path)
    finally:
        Path(unfinished).unlink()


@cache
def get_settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings()
