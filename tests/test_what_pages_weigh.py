"""What a browser gets before a page shows: ready to be read, small, and kept for as long as it holds."""

import re
from pathlib import Path

import httpx
import pytest
import reflex_base

from tests.support.server import Server
from troubleshoot_app.core.addresses import pattern_of, shell_of
from troubleshoot_app.server.lean_pages import (
    POSTCSS,
    colors_in,
    with_groups,
    with_purge,
    with_shells,
)

POSTCSS_INSTALLED = Path(reflex_base.__file__).parent / ".templates" / "web" / POSTCSS
SESSION = "/sessions/01890000-0000-7000-8000-000000000000"
LARGEST_PAGE = 217_000  # bytes on the line, which take a good second on slow 4G
LARGEST_STYLES = 30_000
MOST_SCRIPTS = 8
LINKED = re.compile(r'<link[^>]* href="(/assets/[^"]+)"')


def get(server: Server, path: str, **headers: str) -> httpx.Response:
    return httpx.get(server.url + path, headers=headers, trust_env=False)


def size_on_the_line(server: Server, path: str) -> int:
    with httpx.stream("GET", server.url + path, headers={"Accept-Encoding": "br"}, trust_env=False) as answer:
        assert answer.headers["Content-Encoding"] == "br", path
        return sum(len(part) for part in answer.iter_raw())


@pytest.mark.parametrize(
    "path", [SESSION, "/trees/01890000-0000-7000-8000-000000000000/edit", "/t/a-slug", "/login"]
)
def test_a_page_can_be_seen_before_any_script_has_come(server: Server, path: str) -> None:
    answer = get(server, path)

    assert answer.status_code == 200
    assert "<main" in answer.text
    assert re.search(r"<title>\w.* · Troubleshoot</title>", answer.text)


@pytest.mark.parametrize("path", ["/sessions/a/b", "/nowhere", "/trees/x/y"])
def test_an_address_of_no_page_is_not_found(server: Server, path: str) -> None:
    assert get(server, path).status_code == 404


def test_the_walk_is_small_enough_for_a_thin_line(server: Server) -> None:
    linked = set(LINKED.findall(get(server, SESSION).text))
    styles = sum(size_on_the_line(server, path) for path in linked if path.endswith(".css"))
    scripts = sum(size_on_the_line(server, path) for path in linked if path.endswith(".js"))

    assert 0 < styles <= LARGEST_STYLES
    assert scripts > 0
    assert styles + scripts <= LARGEST_PAGE


def test_the_scripts_are_few_and_the_largest_is_asked_for_first(server: Server) -> None:
    scripts = [path for path in LINKED.findall(get(server, SESSION).text) if path.endswith(".js")]
    sizes = [
        int(get(server, path, **{"Accept-Encoding": "identity"}).headers["Content-Length"])
        for path in scripts
    ]

    assert len(scripts) <= MOST_SCRIPTS
    assert sizes == sorted(sizes, reverse=True)


def test_styles_of_what_no_page_uses_are_left_out(server: Server) -> None:
    path = next(path for path in LINKED.findall(get(server, SESSION).text) if path.endswith(".css"))
    styles = get(server, path).text

    for used in (".rt-Button", ".rt-BaseDialogContent", ".rt-r-size-3", "--slate-1", ".option-button"):
        assert used in styles, used
    for unused in (".rt-TableRoot", ".rt-TabsRoot", r".md\:rt-r-size-3", "--ruby-1:"):
        assert unused not in styles, unused


def test_what_does_not_change_is_kept_and_what_may_is_asked_for(server: Server) -> None:
    page = get(server, SESSION)
    script = get(server, LINKED.findall(page.text)[0])
    again = get(server, SESSION, **{"If-None-Match": page.headers["ETag"]})

    assert "immutable" in script.headers["Cache-Control"]
    assert page.headers["Cache-Control"] == "no-cache"
    assert get(server, "/mark.svg").headers["Cache-Control"] == "public, max-age=86400"
    assert again.status_code == 304


def test_the_policy_of_a_page_stays_with_the_copy_that_a_browser_keeps(server: Server) -> None:
    """A browser takes the headers of "not modified" over to its copy, which would have no scripts any more."""
    page = get(server, SESSION)
    again = get(server, SESSION, **{"If-None-Match": page.headers["ETag"]})

    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    assert "Content-Security-Policy" not in again.headers
    assert "script-src" not in get(server, "/mark.svg").headers["Content-Security-Policy"]


def test_each_address_of_a_route_has_the_same_file() -> None:
    assert shell_of("/trees/[tree_id]/edit") == "/trees/any/edit"
    assert pattern_of("/trees/[tree_id]/edit").fullmatch("/trees/1/edit")
    assert not pattern_of("/trees/[tree_id]").fullmatch("/trees/1/edit")


def test_a_color_counts_where_it_is_named() -> None:
    assert colors_in("""badge(color_scheme="red"), `var(--amber-a3)`, 'iris', "blueish", a lime, --green-12""") == [
        "amber", "gray", "green", "iris", "red",
    ]  # fmt: skip


def test_what_was_changed_once_is_not_changed_again() -> None:
    purged = with_purge(POSTCSS_INSTALLED.read_text())
    grouped = with_groups("        codeSplitting: {\n          groups: [\n          ],\n")

    assert "lean()" in purged
    assert "minShareCount" in grouped
    assert with_purge(purged) == purged
    assert with_groups(grouped) == grouped


def test_files_of_another_reflex_stop_the_build() -> None:
    for change in (with_purge, with_groups, lambda text: with_shells(text, ["trees/[tree_id]"])):
        with pytest.raises(RuntimeError, match="lean_pages"):
            change("export default {};")
