"""TLS to the broker: verified always, or not used at all."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness.processes import dying_with_us, free_port, program, wait_until
from tests.harness.rabbitmq import RabbitServer
from tests.nodes.conftest import NodeMaker
from tests.nodes.listener import Listener

pytestmark = pytest.mark.slow


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Key and certificate of 127.0.0.1, signed by itself."""
    path = tmp_path / "broker.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=broker"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"),
            *("-keyout", tmp_path / "key.pem", "-out", tmp_path / "certificate.pem"),
        ],
        check=True,
        capture_output=True,
    )
    parts = ("key.pem", "certificate.pem")
    path.write_text("".join((tmp_path / part).read_text() for part in parts))
    return path


@pytest.fixture
def tls_port(rabbitmq_server: RabbitServer, certificate: Path) -> Iterator[int]:
    """The broker behind TLS."""
    port = free_port()
    listen = f"OPENSSL-LISTEN:{port},bind=127.0.0.1,cert={certificate},verify=0,fork,reuseaddr"
    command = (program("socat"), listen, f"TCP:127.0.0.1:{rabbitmq_server.port}")
    with subprocess.Popen(dying_with_us(*command, signal="KILL")) as running:
        yield port
        running.kill()


def test_a_broker_is_believed_by_its_certificate_only(
    make_node: NodeMaker, rabbitmq_server: RabbitServer, tls_port: int, certificate: Path
) -> None:
    listener = Listener(rabbitmq_server)
    node = make_node(cluster=listener.cluster, broker=f"amqps://guest:guest@127.0.0.1:{tls_port}/")

    def refused() -> bool:
        done = node.run("cyclades-watcher", "--test", "not-yet")
        assert done.returncode == 1
        return "CERTIFICATE_VERIFY_FAILED" in done.stdout

    wait_until(refused, "refusal of its certificate")
    conf = node.home / "cyclades.conf"
    conf.write_text(f"{conf.read_text()}ca = {certificate}\n")

    def confirmed() -> bool:
        return node.run("cyclades-watcher", "--test", "by-tls").returncode == 0

    wait_until(confirmed, "confirmation by TLS")
    assert [hint.token for hint in listener.until(1)] == ["by-tls"]
    conf.write_text(conf.read_text().replace("127.0.0.1", "localhost"))
    another = node.run("cyclades-watcher", "--test", "another-name")
    assert "CERTIFICATE_VERIFY_FAILED" in another.stdout
    listener.close()
