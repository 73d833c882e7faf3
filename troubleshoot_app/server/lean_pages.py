"""Makes what a browser has to load before a page shows as small as it can be (ADR 19)."""

import json
import re
from pathlib import Path
from typing import Unpack

from reflex.plugins import Plugin
from reflex_base.plugins.base import CommonContext, PostBuildContext, PreCompileContext

from troubleshoot_app.core.addresses import shell_of
from troubleshoot_app.server.paths import ROOT

PURGE = "@fullhuman/postcss-purgecss"
PURGE_VERSION = "8.0.0"
LEAN_STYLES = "lean-styles.js"

ROOT_JSX, WHOLE_LIBRARY = "app/root.jsx", '    "@radix-ui/themes": () => import("@radix-ui/themes"),\n'
STYLES, WHOLE_SHEET = "styles/__reflex_global_styles.css", "@import url('@radix-ui/themes/styles.css');"
POSTCSS, LAST_STEP = "postcss.config.js", "    autoprefixer: "
ROUTER, STATIC_ONLY = "react-router.config.js", '"prerender": true'
BUNDLER, FIRST_GROUP = "vite.config.js", "          groups: [\n"
# What most pages use is two files that come side by side, and the small parts that some use are a third: each file more
# is a round trip more.
GROUPS = """\
            { name: "router", test: /node_modules\\/(?:react|react-router)\\// },
            { name: "frame", minShareCount: 14 },
            { name: "parts", minShareCount: 2, maxModuleSize: 24000 },
"""
PRELOADED = re.compile(r'(?:<link rel="modulepreload" href="[^"]+"/>)+')
SCRIPT = re.compile(r'href="([^"]+)"')

COLORS = (
    "amber", "blue", "bronze", "brown", "crimson", "cyan", "gold", "grass", "gray", "green", "indigo", "iris", "jade",
    "lime", "mauve", "mint", "olive", "orange", "pink", "plum", "purple", "red", "ruby", "sage", "sand", "sky", "slate",
    "teal", "tomato", "violet", "yellow",
)  # fmt: skip
ALWAYS = {"gray"}
SOURCES = ("troubleshoot_app/**/*.py", "assets/**/*.css", "assets/**/*.jsx", "rxconfig.py")
_APART = Path(__file__)


class LeanPages(Plugin):
    """Leaves out what no page uses of Radix Themes and its stylesheet, and prepares the pages with a parameter, too."""

    def get_frontend_development_dependencies(self, **context: Unpack[CommonContext]) -> list[str]:
        """Return what finds unused styles."""
        return [f"{PURGE}@{PURGE_VERSION}"]

    def pre_compile(self, **context: Unpack[PreCompileContext]) -> None:
        """Change what Reflex generates while the pages are compiled."""
        routes = [page.route for page in context["unevaluated_pages"]]
        context["add_save_task"](lambda: (LEAN_STYLES, _APART.with_name("lean_styles.js").read_text()))
        context["add_modify_task"](ROOT_JSX, lambda text: _replace(text, WHOLE_LIBRARY, ""))
        context["add_modify_task"](
            STYLES, lambda text: _replace(text, WHOLE_SHEET, _sheets(colors_in(_sources())))
        )
        context["add_modify_task"](POSTCSS, with_purge)
        context["add_modify_task"](BUNDLER, with_groups)
        context["add_modify_task"](ROUTER, lambda text: with_shells(text, routes))

    def post_build(self, **context: Unpack[PostBuildContext]) -> None:
        """Have the styles come before the scripts in what was built, and of these the largest first."""
        for page in context["static_dir"].rglob("*.html"):
            page.write_text(with_order(page.read_text(), context["static_dir"]))


def colors_in(text: str) -> list[str]:
    """Return the colours that are named in it, as a whole string or as a variable of a stylesheet."""
    named = re.findall(rf"""["'-]({"|".join(COLORS)})(?:["']|-a?\d)""", text)
    return sorted({*named, *ALWAYS})


def with_purge(config: str) -> str:
    """Return the configuration of PostCSS with unused styles left out at the end.

    Raises:
        RuntimeError: it is not what this was written for.
    """
    begin = f'import {{ lean }} from "./{LEAN_STYLES}";\n'
    if config.startswith(begin):
        return config
    return begin + _replace(config, LAST_STEP, f'    "{PURGE}": lean(),\n{LAST_STEP}')


def with_groups(config: str) -> str:
    """Return the configuration of the bundler with few files instead of many small ones.

    Raises:
        RuntimeError: it is not what this was written for.
    """
    grouped = FIRST_GROUP + GROUPS
    return config if grouped in config else _replace(config, FIRST_GROUP, grouped)


def with_shells(config: str, routes: list[str]) -> str:
    """Return the configuration of React Router with a page compiled for each of ``routes`` that has a parameter.

    Raises:
        RuntimeError: it is not what this was written for.
    """
    shells = [f"/{shell_of(route)}" for route in routes if shell_of(route) != route]
    paths = f'"prerender": ({{ getStaticPaths }}) => [...getStaticPaths(), ...{json.dumps(shells)}]'
    return _replace(config, STATIC_ONLY, paths)


def with_order(page: str, folder: Path) -> str:
    """Return the page with its scripts after its styles: what it looks like shows first.

    Of the scripts, which lie in ``folder``, the largest is asked for first, as few may be under way at the same time.
    """

    def ordered(links: re.Match[str]) -> str:
        scripts = SCRIPT.findall(links.group())
        scripts.sort(key=lambda script: (folder / script.lstrip("/")).stat().st_size, reverse=True)
        return "".join(
            f'<link rel="modulepreload" fetchpriority="low" href="{script}"/>' for script in scripts
        )

    return PRELOADED.sub(ordered, page)


def _sheets(colors: list[str]) -> str:
    parts = [*(f"tokens/colors/{color}" for color in colors), "tokens/base", "components", "utilities"]
    return "\n".join(f"@import url('@radix-ui/themes/{part}.css');" for part in parts)


def _sources() -> str:
    return "\n".join(path.read_text() for pattern in SOURCES for path in ROOT.glob(pattern) if path != _APART)


def _replace(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise RuntimeError(
            f"This version of Reflex generates other files: {old.strip()} was not found where expected. "
            "Adapt troubleshoot_app/server/lean_pages.py to it."
        )
    return text.replace(old, new)
