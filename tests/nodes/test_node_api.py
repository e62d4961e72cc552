"""How a node asks: only whom it can verify, and only there."""

import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cyclades_node.api import Api, ApiTrouble
from cyclades_node.conf import BadConf, Conf
from cyclades_node.document import BadDocument
from cyclades_node.documents import KEPT, Documents

from tests.nodes.packets.documents import PORT, document

MAC = "aa:0d:01:00:00:01"
FIRST, SECOND = PORT.format(1), PORT.format(2)


@dataclass(slots=True)
class Answering:
    """An HTTPS server that says `status` and `body`."""

    certificate: Path
    status: int = 200
    body: bytes = b'{"cursor": "7", "ports": {}}'
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("certificate")
    path = folder / "both.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=api"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"),
            *("-keyout", folder / "key.pem", "-out", folder / "certificate.pem"),
        ],
        check=True,
        capture_output=True,
    )
    parts = ("key.pem", "certificate.pem")
    path.write_text("".join((folder / part).read_text() for part in parts))
    return path


@pytest.fixture
def server(certificate: Path) -> Iterator[Answering]:
    answering = Answering(certificate)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answering.asked.append((self.path, self.headers["Authorization"]))
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(answering.status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(answering.body)))
            self.end_headers()
            self.wfile.write(answering.body)

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

        def do_GET(self) -> None:
            answering.asked.append((self.path, self.headers["Authorization"]))

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listening = HTTPServer(("127.0.0.1", 0), Handler)
    listening.socket = context.wrap_socket(listening.socket, server_side=True)
    answering.url = f"https://127.0.0.1:{listening.server_port}"
    thread = threading.Thread(target=listening.serve_forever, args=(0.02,))
    thread.start()
    yield answering
    listening.shutdown()
    thread.join()
    listening.server_close()


def conf(**given: Any) -> Conf:
    return Conf("cluster-1", ("amqp://broker",), node_key="secret", **given)


def test_a_verified_api_is_told_the_key(server: Answering) -> None:
    api = Api(conf(api=f"{server.url}/", ca=str(server.certificate)))
    answer = api.ask({FIRST: ""}, "", 5)
    assert (answer.cursor, answer.ports) == ("7", {})
    assert server.asked == [("/node/v1/ports", "Bearer secret")]


def test_another_is_told_nothing(server: Answering) -> None:
    with pytest.raises(ApiTrouble, match="CERTIFICATE_VERIFY_FAILED"):
        Api(conf(api=server.url)).ask({}, "", 5)
    assert server.asked == []


@pytest.mark.parametrize(
    ("status", "body"),
    [(302, b""), (401, b"{}"), (500, b""), (200, b"[]"), (200, b"nonsense"), (200, b"{}")],
)
def test_what_is_no_answer_is_trouble(server: Answering, status: int, body: bytes) -> None:
    server.status, server.body = status, body
    with pytest.raises(ApiTrouble) as trouble:
        Api(conf(api=server.url, ca=str(server.certificate))).ask({}, "", 5)
    assert len(server.asked) == 1, "the key goes nowhere else"
    assert "secret" not in str(trouble.value)


def test_without_an_address_there_is_nobody_to_ask() -> None:
    with pytest.raises(BadConf):
        Api(conf())


def test_documents_are_kept_whole_or_not_at_all(tmp_path: Path) -> None:
    documents = Documents(tmp_path / "ports")
    said = document(FIRST, MAC, ["10.0.0.1"])
    kept = documents.put(FIRST, said)
    assert documents.get(FIRST) == kept
    assert documents.digest(FIRST) == said["digest"]
    for nonsense in ({}, document(SECOND, MAC, []), {**said, "mac": "x"}):
        with pytest.raises(BadDocument):
            documents.put(FIRST, nonsense)
    assert documents.digest(FIRST) == said["digest"]
    (tmp_path / "ports" / f"{FIRST}.json").write_text(json.dumps(said)[:-9])
    assert (documents.get(FIRST), documents.digest(FIRST)) == (None, "")


def test_documents_of_ports_that_have_long_been_elsewhere_go(tmp_path: Path) -> None:
    documents = Documents(tmp_path)
    for port in (FIRST, SECOND, PORT.format(3)):
        documents.put(port, document(port, MAC, []))
    for port in (FIRST, SECOND):
        path = tmp_path / f"{port}.json"
        old = path.stat().st_mtime - KEPT - 1
        subprocess.run(["touch", f"--date=@{old}", path], check=True)
    documents.prune({SECOND})
    assert [bool(documents.digest(port)) for port in (FIRST, SECOND, PORT.format(3))] == [
        False,
        True,
        True,
    ]
    documents.put(SECOND, None)
    documents.put(SECOND, None)
    assert documents.get(SECOND) is None
