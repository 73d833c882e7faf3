"""What browsers and programs say of themselves, in a few words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot_app.domain.device import UNKNOWN, device_label

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "label"),
    [
        (f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/131.0.0.0 Safari/537.36", "Chrome on Windows"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/131.0 Safari/537.36 Edg/131.0.2903.86", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148"
         " Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1 CriOS/131.0 Mobile Safari/604.1",
         "Chrome on iPhone"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.1 Safari/605.1.15",
         "Safari on macOS"),
        ("Mozilla/5.0 (Android 15; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0", "Firefox on Android"),
        (f"Mozilla/5.0 (Linux; Android 14; SM-S901B) {WEBKIT} SamsungBrowser/26.0 Chrome/122 Mobile Safari/537.36",
         "Samsung Internet on Android"),
        (f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/131.0.0.0 Safari/537.36", "Chrome on ChromeOS"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0", "Firefox on Linux"),
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/131.0 Safari/537.36", "Chrome on Linux"),
        ("curl/8.9.1", "curl 8.9.1"),
        ("python-httpx/0.28.1", "python-httpx 0.28.1"),
        ("Mozilla/5.0 (compatible)", "Mozilla 5.0"),
        ("", UNKNOWN),
        (" \0\n ", UNKNOWN),
        ("x" * 400, "x" * 60),
    ],
)  # fmt: skip
def test_a_label_is_what_people_call_it(said: str, label: str):
    assert device_label(said) == label


@given(st.text(max_size=400))
def test_any_text_has_a_label_on_one_line(said: str):
    label = device_label(said)
    assert label
    assert label.isprintable()
