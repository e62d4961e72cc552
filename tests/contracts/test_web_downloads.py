"""What any WebDownloads does, and what it never does: fetch from where only we get to."""

import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from cyclades.adapters.downloads import web_downloads
from cyclades.adapters.downloads.policy import Policy
from cyclades.adapters.downloads.web_downloads import HttpDownloads
from cyclades.adapters.system.clock import SystemClock
from cyclades.domain.model.errors import CycladesError, InvalidInput, TooLarge, Unavailable
from cyclades.ports.web_downloads import WebDownloads
from tests.harness.web_files import Handler, WebServer, sends, web_server

LOOPBACK = (ip_network("127.0.0.0/8"),)
PUBLIC, PRIVATE = "93.184.215.14", "10.0.0.1"
CANARY = "internal-secret-4711"


def downloads(
    *ports: int,
    resolver: Callable[[str, int], Sequence[str]] = lambda _host, _port: ["127.0.0.1"],
    allowed: Any = LOOPBACK,
    denied: Any = (),
    schemes: Sequence[str] = ("http", "https"),
    most: int = 1 << 20,
    seconds: float = 20,
    trusted: ssl.SSLContext | None = None,
) -> WebDownloads:
    policy = Policy(frozenset(schemes), frozenset({80, 443, *ports}), allowed, denied)
    return HttpDownloads(policy, SystemClock(), most, seconds, resolver, trusted)


def got(port: WebDownloads, uri: str) -> bytes:
    return b"".join(port.fetch(uri))


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


@pytest.fixture
def serve() -> Iterator[Callable[[Handler], WebServer]]:
    opened = []

    def begin(handler: Handler) -> WebServer:
        manager = web_server(handler)
        opened.append(manager)
        return manager.__enter__()

    yield begin
    for manager in opened:
        manager.__exit__(None, None, None)


Serve = Callable[[Handler], WebServer]


def test_a_file_and_what_its_server_is_told(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server = serve(sends(b"data" * 100_000))
    uri = f"http://files.example.org:{server.port}/a/b?c=d"
    assert got(downloads(server.port), uri) == b"data" * 100_000
    assert server.asked == ["/a/b?c=d"]
    assert f"\r\nHost: files.example.org:{server.port}\r\n" in server.heads[0]
    assert "Accept-Encoding: identity" in server.heads[0]


def test_certificates_are_of_the_name_that_was_asked_for(tmp_path: Path) -> None:
    """And are asked for by that name, however the connection got there."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-subj", "/CN=x", "-addext", "subjectAltName=DNS:files.example.org"),
            *("-days", "1", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "made.pem"),
        ],
        check=True,
        capture_output=True,
    )
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(tmp_path / "made.pem", tmp_path / "key.pem")
    ours = ssl.create_default_context(cafile=str(tmp_path / "made.pem"))
    with web_server(sends(b"data"), theirs) as server:
        port = downloads(server.port, trusted=ours)
        assert got(port, f"https://files.example.org:{server.port}/") == b"data"
        for name, believed in (("other", ours), ("files", None)):
            with pytest.raises(Unavailable):
                got(
                    downloads(server.port, trusted=believed),
                    f"https://{name}.example.org:{server.port}/",
                )
        assert len(server.asked) == 1


def test_a_file_without_a_length(serve: Serve) -> None:
    def answer(client: socket.socket, path: str) -> None:
        chunked = (
            "Transfer-Encoding: chunked\r\n" if path == "/chunked" else "Connection: close\r\n"
        )
        body = b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" if path == "/chunked" else b"abcde"
        client.sendall(f"HTTP/1.1 200 OK\r\n{chunked}\r\n".encode() + body)

    server = serve(answer)
    for path in ("chunked", "closed"):
        assert got(downloads(server.port), f"http://x.example.org:{server.port}/{path}") == b"abcde"


def test_a_name_that_changes_its_mind(serve: Serve) -> None:
    """DNS rebinding: asked once, and connected to what was looked at."""
    server, answers = serve(sends(b"harmless")), [["127.0.0.1"], [PRIVATE], [PRIVATE]]
    asked: list[str] = []

    def rebinding(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return answers[len(asked) - 1]

    port = downloads(server.port, resolver=rebinding)
    assert got(port, f"http://rebind.example.org:{server.port}/") == b"harmless"
    assert asked == ["rebind.example.org"]
    with pytest.raises(InvalidInput):
        got(port, f"http://rebind.example.org:{server.port}/")
    assert len(server.asked) == 1


def test_redirects_begin_from_the_first_check(serve: Serve) -> None:
    target = serve(sends(b"there"))
    for location, fetched in (
        (f"http://other.example.org:{target.port}/file", True),
        ("https://169.254.169.254/latest/meta-data/", False),
        ("http://[::ffff:10.0.0.1]/", False),
        ("file:///etc/passwd", False),
        ("gopher://example.org/", False),
        (f"http://user@other.example.org:{target.port}/", False),
        ("http://inside.example.org/", False),
        ("http://example.org:22/", False),
        ("//2130706433/", False),
        ("", False),
    ):
        first = serve(sends(b"", f"Location: {location}", status="302 Found"))

        def resolver(host: str, _port: int) -> Sequence[str]:
            return [PRIVATE if host.startswith("inside") else "127.0.0.1"]

        port = downloads(first.port, target.port, resolver=resolver)
        uri = f"http://first.example.org:{first.port}/"
        if fetched:
            assert got(port, uri) == b"there"
        else:
            with pytest.raises(InvalidInput):
                got(port, uri)
            assert len(first.asked) in {1, web_downloads.MOST_HOPS}
    assert target.asked == ["/file"]


def test_too_much(serve: Serve) -> None:
    def endless(client: socket.socket, _path: str) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            client.sendall(bytes(65536))

    announced, unannounced = serve(sends(b"", length=1 << 40)), serve(endless)
    for server in (announced, unannounced):
        with pytest.raises(TooLarge):
            got(downloads(server.port), f"http://x.example.org:{server.port}/")


def test_too_little_is_not_the_file(serve: Serve) -> None:
    server = serve(sends(b"half", length=8))
    with pytest.raises(Unavailable):
        got(downloads(server.port), f"http://x.example.org:{server.port}/")


def drip(piece: bytes) -> Handler:
    """A little now and then, for ever."""

    def answer(client: socket.socket, path: str) -> None:
        start = b"" if path == "/head" else b"HTTP/1.1 200 OK\r\n\r\n"
        client.sendall(start)
        while True:
            client.sendall(piece)
            time.sleep(0.05)

    return answer


def silence(client: socket.socket, _path: str) -> None:
    client.recv(1)


def test_slow_servers(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the header, in the body, and in silence."""
    server = serve(drip(b"x"))
    uri = f"http://x.example.org:{server.port}"
    monkeypatch.setattr(web_downloads, "GREETING", 0.5)
    with pytest.raises(CycladesError):
        got(downloads(server.port), f"{uri}/head")
    with pytest.raises(InvalidInput, match="took more than"):
        got(downloads(server.port, seconds=0.5), f"{uri}/body")
    monkeypatch.setattr(web_downloads, "WINDOW", 0.5)
    with pytest.raises(InvalidInput, match="too slow"):
        got(downloads(server.port), f"{uri}/body")
    monkeypatch.setattr(web_downloads, "SILENCE", 0.3)
    silent = serve(silence)
    with pytest.raises(Unavailable):
        got(downloads(silent.port), f"http://x.example.org:{silent.port}/")


def test_endless_continues_end(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_downloads, "GREETING", 0.5)
    server = serve(drip(b"HTTP/1.1 100 Continue\r\n\r\n"))
    with pytest.raises(CycladesError):
        got(downloads(server.port), f"http://x.example.org:{server.port}/head")


@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [
        ("404 Not Found", (), InvalidInput),
        ("403 Forbidden", (), InvalidInput),
        ("206 Partial Content", (), InvalidInput),
        ("204 No Content", (), InvalidInput),
        ("200 OK", ("Content-Encoding: gzip",), InvalidInput),
        ("500 Oops", (), Unavailable),
        ("503 Later", (), Unavailable),
        ("429 Slow", (), Unavailable),
        ("nonsense", (), Unavailable),
    ],
)
def test_answers_are_never_quoted(
    serve: Serve, status: str, headers: tuple[str, ...], kind: type[CycladesError]
) -> None:
    server = serve(
        sends(CANARY.encode(), f"X-Secret: {CANARY}", *headers, status=f"{status} {CANARY}")
    )
    with pytest.raises(kind) as said:
        got(downloads(server.port), f"http://x.example.org:{server.port}/?key={CANARY}")
    assert CANARY not in str(said.value)


def test_a_name_that_is_nobodys() -> None:
    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise socket.gaierror

    with pytest.raises(Unavailable):
        got(downloads(resolver=unknown), "https://nobody.example.org/")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        number = closed.getsockname()[1]
    with pytest.raises(Unavailable):
        got(downloads(number), f"http://x.example.org:{number}/")
