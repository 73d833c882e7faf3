"""What a phone asks before it puts the app on its home screen, and what browsers may keep."""

import re
import struct

import httpx

from tests.support.server import Server

PNG_SIZE = struct.Struct(">II")


def get(server: Server, path: str) -> httpx.Response:
    """Return what stands at ``path``."""
    return httpx.get(server.url + path)


def test_every_page_leads_to_a_manifest_whose_icons_are_as_large_as_it_says(server: Server) -> None:
    for address in ("/login", "/sessions/any"):
        page = get(server, address).text
        bars = "".join(tag for tag in re.findall(r"<meta [^>]*>", page) if "theme-color" in tag)
        assert set(re.findall(r"color-scheme: (\w+)", bars)) == {"light", "dark"}
        assert "/manifest.webmanifest" in page
        assert "/icons/apple-touch-icon.png" in page
    answer = get(server, "/manifest.webmanifest")
    assert answer.headers["Content-Type"].startswith("application/manifest+json")
    manifest = answer.json()
    assert {"name", "short_name", "start_url", "display", "theme_color", "background_color"} <= set(manifest)
    assert {icon.get("purpose", "any") for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        picture = get(server, icon["src"])
        assert picture.headers["Content-Type"].startswith(icon["type"])
        if icon["type"] == "image/png":
            width, height = PNG_SIZE.unpack(picture.content[16:24])
            assert icon["sizes"] == f"{width}x{height}"


def test_a_file_named_by_its_content_is_kept_and_a_page_is_asked_for_anew(server: Server) -> None:
    page = get(server, "/login")
    assert page.headers["Cache-Control"] == "no-cache"
    script = re.search(r'href="(/assets/[^"]+\.js)"', page.text)
    assert script
    assert "immutable" in get(server, script.group(1)).headers["Cache-Control"]
