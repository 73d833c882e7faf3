"""The pages are built when they have to be, and work from any address."""

import os
from pathlib import Path

import pytest
import reflex_base
from reflex.utils.path_ops import update_directory_tree

from troubleshoot_app.server.frontend import PACKAGE_LOCK, SOURCES, forget_assets, hash_of
from troubleshoot_app.server.paths import ROOT
from troubleshoot_app.server.same_origin import STATE_JS, use_page_origin

INSTALLED = Path(reflex_base.__file__).parent / ".templates" / "web" / STATE_JS


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name in (
        "troubleshoot_app/pages/trees.py",
        "troubleshoot_app/services/trees.py",
        "troubleshoot_app/server/same_origin.py",
        "troubleshoot_app/server/lean_styles.js",
        "troubleshoot_app/server/runner.py",
        "troubleshoot_app/api/app.py",
        "troubleshoot_app/cli.py",
        "assets/style.css",
        "rxconfig.py",
        "constraints.txt",
        "reflex.lock/package-lock.json",
        "README.md",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def hash_all(project: Path) -> str:
    return hash_of(SOURCES, project) + hash_of(PACKAGE_LOCK, project)


@pytest.mark.parametrize(
    "name",
    [
        "troubleshoot_app/pages/trees.py",
        "troubleshoot_app/services/trees.py",
        "troubleshoot_app/server/same_origin.py",
        "troubleshoot_app/server/lean_styles.js",
        "assets/style.css",
        "assets/new.svg",
        "rxconfig.py",
        "constraints.txt",
        "reflex.lock/package-lock.json",
    ],
)
def test_what_the_pages_are_made_of_asks_for_a_build(project: Path, name: str) -> None:
    before = hash_all(project)

    (project / name).write_text("changed")

    assert hash_all(project) != before


@pytest.mark.parametrize(
    "name",
    [
        "troubleshoot_app/server/runner.py",
        "troubleshoot_app/api/app.py",
        "troubleshoot_app/cli.py",
        "README.md",
    ],
)
def test_what_no_page_imports_asks_for_none(project: Path, name: str) -> None:
    before = hash_all(project)

    (project / name).write_text("changed")

    assert hash_all(project) == before


def test_a_file_that_is_gone_or_has_another_name_asks_for_a_build(project: Path) -> None:
    before = hash_all(project)

    (project / "assets/style.css").rename(project / "assets/other.css")

    assert hash_all(project) != before


def test_an_asset_of_an_earlier_date_replaces_its_copy(project: Path) -> None:
    web = project / ".web"
    update_directory_tree(project / "assets", web / "public")
    style = project / "assets/style.css"
    style.write_text("from an archive")
    os.utime(style, (0, 0))

    forget_assets(web)
    update_directory_tree(project / "assets", web / "public")

    assert (web / "public/style.css").read_text() == "from an archive"


def test_the_sources_of_this_project_are_found() -> None:
    assert hash_of(SOURCES, ROOT) != hash_of((), ROOT)


def test_the_client_code_of_this_reflex_is_known_and_patched_once() -> None:
    patched = use_page_origin(INSTALLED.read_text())

    assert "endpoint.host = window.location.host;" in patched
    assert use_page_origin(patched) == patched


def test_other_client_code_stops_the_build() -> None:
    with pytest.raises(RuntimeError, match="same_origin"):
        use_page_origin("export const getBackendURL = (url) => url;")
