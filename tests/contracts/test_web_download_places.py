"""Where no WebDownloads ever fetches from: the places that only we get to."""

import socket
from collections.abc import Sequence
from ipaddress import ip_network
from typing import Any

import pytest

from cyclades.domain.model.errors import InvalidInput
from tests.harness.downloading import PRIVATE, PUBLIC, downloads, got

# S9, by the words of a URI alone: nobody is asked.
UNFETCHED = (
    *("", "example.org/a", "//example.org/a", "https://", "https:///a", "https:example.org"),
    *("file:///etc/passwd", "ftp://example.org/a", "gopher://example.org/a", "data:,x"),
    *("http+unix://%2Fvar%2Frun%2Fdocker.sock/a", "javascript:alert(1)", "HTTPS+x://example.org/"),
    *("https://user@example.org/", "https://user:password@example.org/", "https://@example.org/"),
    *("https://example.org@127.0.0.1/", "https://127.0.0.1\\@example.org/"),
    *("https://example.org:22/", "https://example.org:6379/", "https://example.org:5080/"),
    *("https://example.org:99999/", "https://example.org:-1/", "https://example.org:x/"),
    *("https://127.0.0.1/", "https://127.1.2.3/", "https://0.0.0.0/", "https://0.1.2.3/"),
    *(
        "https://10.0.0.1/",
        "https://172.16.0.1/",
        "https://172.31.255.255/",
        "https://192.168.1.1/",
    ),
    *("https://169.254.169.254/latest/meta-data/", "https://169.254.1.1/", "https://100.64.0.1/"),
    *("https://192.0.0.8/", "https://198.18.0.1/", "https://203.0.113.9/", "https://224.0.0.1/"),
    *("https://240.0.0.1/", "https://255.255.255.255/", "https://192.0.2.1/"),
    *("https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::127.0.0.1]/"),
    *("https://[::ffff:93.184.215.14]/", "https://[::ffff:7f00:1]/", "https://[fe80::1]/"),
    *("https://[fe80::1%25eth0]/", "https://[fc00::1]/", "https://[fd00:ec2::254]/"),
    *("https://[fec0::1]/", "https://[ff02::1]/", "https://[2001:db8::1]/", "https://[100::1]/"),
    *("https://[64:ff9b::7f00:1]/", "https://[64:ff9b::a9fe:a9fe]/", "https://[64:ff9b:1::1]/"),
    *("https://[2002:7f00:1::]/", "https://[2002:a9fe:a9fe::1]/", "https://[2001::1]/"),
    *("https://2130706433/", "https://0x7f000001/", "https://017700000001/", "https://127.1/"),
    *("https://0x7f.0.0.1/", "https://0177.0.0.1/", "https://127.0.0.1./", "https://127.0.1/"),
    *("https://2852039166/", "https://0xa9fea9fe/", "https://0251.0376.0251.0376/"),
    *("https://a.0x7f/", "https://1/", "https://0/", "https://①②⑦.⓪.⓪.①/", "https://127。0。0。1/"),
    *(
        "https://example.org\r\nHost: x/",
        "https://example.org/ HTTP/1.1\r\nX: y",
        "https://exa mple.org/",
    ),
    *(
        "https://example.org\t/",
        "https://exämple.org/",
        "https://ex%61mple.org/",
        "https://-x.org/",
    ),
    *(
        "https://[example.org]/",
        "https://[::1/",
        f"https://{'a' * 300}.org/",
        "https://x.org/" + "a" * 3000,
    ),
)


@pytest.mark.parametrize("uri", UNFETCHED)
def test_what_is_never_fetched(uri: str) -> None:
    def nobody(host: str, port: int) -> Sequence[str]:
        raise AssertionError(f"{host}:{port} was looked up")

    port = downloads(resolver=nobody, allowed=())
    with pytest.raises(InvalidInput):
        port.check(uri)
    with pytest.raises(InvalidInput):
        got(port, uri)


@pytest.mark.parametrize(
    "uri",
    [
        *("https://example.org", "https://example.org./a?b=c#d", "https://example.org:443/a"),
        *("https://a-b.c_d.example.org/", f"https://{PUBLIC}/a", "https://[2606:4700::1111]/"),
        *("https://1password.com/", "https://cafe.example.org/%7Ea"),
    ],
)
def test_what_is_fetched(uri: str) -> None:
    downloads(allowed=()).check(uri)


def test_http_is_fetched_where_the_operator_says_so() -> None:
    with pytest.raises(InvalidInput, match="https"):
        downloads(schemes=("https",)).check("http://example.org/")
    downloads().check("http://example.org/")


# What a harmless name means: all of it must be harmless.
@pytest.mark.parametrize(
    "found",
    [
        *(["127.0.0.1"], [PRIVATE], ["169.254.169.254"], ["::1"], ["::ffff:10.0.0.1"], ["0.0.0.0"]),
        *(["fe80::1%lo"], ["64:ff9b::a00:1"], [PUBLIC, PRIVATE], ["2606:4700::1111", "::1"], []),
    ],
    ids=str,
)
def test_names_that_mean_places_inside(
    monkeypatch: pytest.MonkeyPatch, found: Sequence[str]
) -> None:
    def nobody(*_: Any, **__: Any) -> None:
        raise AssertionError("it was connected to")

    monkeypatch.setattr(socket, "create_connection", nobody)
    port = downloads(resolver=lambda _host, _port: found, allowed=())
    with pytest.raises(InvalidInput) as refused:
        got(port, "https://harmless.example.org/")
    assert not any(address in str(refused.value) for address in found)


def test_an_operators_networks() -> None:
    """Denied before allowed, allowed before the usual."""
    mirror, clusters = ip_network("10.1.0.0/16"), ip_network("10.1.2.0/24")
    port = downloads(allowed=(mirror,), denied=(clusters, ip_network("93.184.0.0/16")))
    port.check("https://10.1.1.1/")
    for refused in ("10.1.2.3", "10.2.0.1", PUBLIC):
        with pytest.raises(InvalidInput):
            port.check(f"https://{refused}/")
