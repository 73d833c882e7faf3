"""How messages to other programs are signed, and where nothing is ever sent."""

import base64
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troubleshoot_app.domain.webhooks import (
    Target,
    UnusableSecret,
    UnusableTarget,
    Verdict,
    may_reach,
    sign,
    signing_key,
    target_of,
    verdict_on,
)
from troubleshoot_app.schemas.webhooks import SECRET_PATTERN, URL_PATTERN

PRIVATE = (
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "::1", "fd12::1",
    "::ffff:127.0.0.1", "::ffff:10.1.2.3",
)  # fmt: skip
NEVER = (
    "0.0.0.0", "0.1.2.3", "169.254.169.254", "169.254.0.1", "100.100.100.200", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.7", "192.0.0.1", "::", "fe80::1", "fec0::1",
    "ff02::1", "fd00:ec2::254", "2001:db8::1", "2001::1", "2002:7f00:1::", "64:ff9b::7f00:1", "::127.0.0.1",
    "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "100::1", "4000::1",
)  # fmt: skip
PUBLIC = ("1.1.1.1", "172.32.0.1", "172.15.255.255", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8")


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_reached(address: str):
    assert may_reach(ip_address(address), allow_private=False)


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_reached_only_where_that_is_allowed(address: str):
    assert not may_reach(ip_address(address), allow_private=False)
    assert may_reach(ip_address(address), allow_private=True)


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_never_reached(address: str):
    assert not may_reach(ip_address(address), allow_private=False)
    assert not may_reach(ip_address(address), allow_private=True)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://example.org", Target("https", "example.org", 443, "/")),
        ("HTTPS://Example.ORG.:8443/in?a=%20b&c", Target("https", "example.org", 8443, "/in?a=%20b&c")),
        ("https://bücher.example/x", Target("https", "xn--bcher-kva.example", 443, "/x")),
        ("https://1.1.1.1/", Target("https", "1.1.1.1", 443, "/")),
        ("https://[2606:4700::1111]:1/", Target("https", "2606:4700::1111", 1, "/")),
        ("https://face.b00c/", Target("https", "face.b00c", 443, "/")),
    ],
)
def test_where_a_url_points_to(url: str, target: Target):
    assert target_of(url, allow_private=False) == target
    assert target.is_secure


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "//example.org/", "ftp://example.org", "file:///etc/passwd", "gopher://example.org", "https://",
        "https:///path", "https://:443/", "https://user@example.org", "https://user:pass@example.org",
        "https://@example.org",
        "https://example.org#x", "https://example.org/#", "https://example.org:0x1/", "https://example.org:99999/",
        "https://example.org:0/",
        "https://exa mple.org", "https://example.org/a b", "https://example.org/\r\nHost: x", "https://example.org\\@evil.org/",
        "https://example.org/\x00", "https://example.org/é", "https://[::1", "https://[fe80::1%25eth0]/", "https://%6c/",
        "https://-/", "https://a..b/", f"https://{'a' * 64}.org/", f"https://{'a.' * 130}org/",
        "https://example.org/?a[]=1", "https://example.org/%zz", "https://example.org/" + "x" * 2000, "https://０/ /",
    ],
)  # fmt: skip
def test_what_is_no_plain_url_is_refused_in_words(url: str):
    for allow_private in (False, True):
        with pytest.raises(UnusableTarget) as refusal:
            target_of(url, allow_private=allow_private)
        assert str(refusal.value).endswith((".", ")."))


@pytest.mark.parametrize(
    "host",
    [
        *(f"[{address}]" if ":" in address else address for address in PRIVATE), "localhost", "LOCALHOST", "localhost.",
        "api.localhost", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "１２７.0.0.1",
    ],
)  # fmt: skip
def test_private_hosts_are_refused_however_they_are_written(host: str):
    with pytest.raises(UnusableTarget, match="no public address"):
        target_of(f"https://{host}/", allow_private=False)
    assert target_of(f"http://{host}/", allow_private=True).port == 80


@pytest.mark.parametrize("address", NEVER)
def test_hosts_that_are_never_reached_are_refused_at_once(address: str):
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(UnusableTarget, match="no public address"):
        target_of(f"https://{host}/", allow_private=True)


def test_plain_http_is_for_private_networks():
    with pytest.raises(UnusableTarget, match="must begin with https"):
        target_of("http://example.org/", allow_private=False)
    assert not target_of("http://example.org/", allow_private=True).is_secure


def test_the_signature_is_that_of_the_standard():
    """The example of the libraries of the Standard Webhooks specification."""
    signature = sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_key_is_what_a_secret_stands_for():
    assert signing_key("whsec_" + base64.b64encode(b"k" * 24).decode()) == b"k" * 24
    assert signing_key("sixteen letters!") == b"sixteen letters!"


@pytest.mark.parametrize(
    "secret",
    ["", "short", "x" * 257, "two\nlines, long enough", "long enough, \0", "é" * 20, "whsec_", "whsec_?" + "A" * 40,
     "whsec_QUFB", "x\ud800" * 9, "whsec_" + "A" * 400, "whsec_é" + "A" * 40],
)  # fmt: skip
def test_secrets_that_are_none_are_refused(secret: str):
    with pytest.raises(UnusableSecret):
        signing_key(secret)


def test_what_an_answer_means():
    assert {status for status in range(100, 600) if verdict_on(status) is Verdict.TAKEN} == {*range(200, 300)}
    assert {status for status in range(100, 600) if verdict_on(status) is Verdict.GONE} == {410}


@given(st.from_regex(URL_PATTERN, fullmatch=True))
def test_every_url_that_is_as_the_documentation_says_is_taken(url: str):
    target = target_of(url, allow_private=False)
    assert url.removesuffix("?").endswith(target.path) or target.path == "/" or target.path.startswith("/?")


@given(st.from_regex(SECRET_PATTERN, fullmatch=True))
def test_every_secret_that_is_as_the_documentation_says_is_taken(secret: str):
    assert len(signing_key(secret)) >= 16
