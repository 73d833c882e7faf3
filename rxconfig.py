"""How Reflex compiles and runs the pages. What the operator decides is in ``core/settings.py``."""

import reflex as rx
from reflex.plugins import RadixThemesPlugin, SitemapPlugin
from reflex_base.constants import StateManagerMode

from troubleshoot_app.core.settings import get_settings
from troubleshoot_app.server.lean_pages import LeanPages
from troubleshoot_app.server.same_origin import SameOrigin

settings = get_settings()

STATE_SECONDS = 24 * 60 * 60  # a page may lie open over a long lunch

config = rx.Config(
    app_name="troubleshoot_app",
    redis_url=settings.redis_url,
    state_manager_mode=StateManagerMode.REDIS if settings.redis_url else StateManagerMode.MEMORY,
    redis_token_expiration=STATE_SECONDS,
    cors_allowed_origins=settings.allowed_origins,
    telemetry_enabled=False,
    show_built_with_reflex=False,
    default_color_mode="system",
    frontend_lazy_bundled_libraries=True,
    frontend_compression_formats=["brotli", "gzip"],
    plugins=[
        RadixThemesPlugin(
            theme=rx.theme(accent_color="indigo", gray_color="slate", radius="large", scaling="100%")
        ),
        SameOrigin(),
        LeanPages(),
    ],
    disable_plugins=[SitemapPlugin],
)
