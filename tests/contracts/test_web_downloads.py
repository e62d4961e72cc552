"""What any WebDownloads does with servers, good and bad ones."""

import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from cyclades.adapters.downloads import web_downloads
from cyclades.domain.model.errors import CycladesError, InvalidInput, TooLarge, Unavailable
from tests.harness.downloading import PRIVATE, downloads, got
from tests.harness.web_files import Handler, WebServer, sends, web_server

CANARY = "internal-secret-4711"


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
