"""One port serves the API and the feed; all of it ends in time."""

import http.client
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.harness.listening import Listener
from tests.harness.serving import Installation, embedded

pytestmark = pytest.mark.slow
KEYPAIRS, IMAGES = "/compute/v2.1/os-keypairs", "/image/v2/images"
BYTES = {"Content-Type": "application/octet-stream"}
SMALL = 3 << 20
ENDS_WITHIN = 10.0  # seconds: less than two, where nothing else runs


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Installation]:
    with embedded(tmp_path, image_max_bytes=SMALL) as made:
        yield made


def port_of(cloud: Installation) -> int:
    port = urlsplit(cloud.url).port
    assert port
    return port


def listen(cloud: Installation, session: requests.Session, resume: str = "") -> Listener:
    answer = session.post(f"{cloud.url}/feed/tickets", timeout=10)
    assert answer.status_code == 201
    return Listener(port_of(cloud), answer.json()["ticket"]["id"], resume)


def network(cloud: Installation, session: requests.Session) -> str:
    body = {"network": {"name": "n"}}
    answer = session.post(f"{cloud.url}/network/v2.0/networks", json=body, timeout=30)
    assert answer.status_code == 201
    made: str = answer.json()["network"]["id"]
    return made


def test_a_change_is_heard_at_once_and_after_a_pause(cloud: Installation) -> None:
    demo = cloud.account("demo").session()
    with listen(cloud, demo) as listener:
        listener.hello()
        first = network(cloud, demo)
        began = time.monotonic()
        assert listener.ids(1) == [first]
        assert time.monotonic() - began < 1
        place = listener.last_id
    missed = network(cloud, demo)
    with listen(cloud, demo, place) as again:
        assert again.hello().id == place
        later = network(cloud, demo)
        assert again.ids(2) == [missed, later]


def test_a_servers_whole_life_is_heard(cloud: Installation) -> None:
    demo = cloud.account("demo").session()
    image = demo.get(f"{cloud.url}{IMAGES}", timeout=30).json()["images"][0]["id"]
    server = {"name": "s", "flavorRef": "1", "imageRef": image, "networks": "none"}
    version = {"OpenStack-API-Version": "compute 2.96"}
    with listen(cloud, demo) as listener:
        listener.hello()
        url = f"{cloud.url}/compute/v2.1/servers"
        answer = demo.post(url, json={"server": server}, headers=version, timeout=30)
        assert answer.status_code == 202
        server_id = answer.json()["server"]["id"]
        versions, status = [], ""
        while status != "ACTIVE":  # the listener's patience is the limit
            event = listener.next()
            assert event is not None
            if event.data["id"] == server_id:
                versions.append(event.data["version"])
                status = demo.get(f"{url}/{server_id}", timeout=30).json()["server"]["status"]
        assert versions == sorted(set(versions))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_time_although_many_listen(cloud: Installation, number: int) -> None:
    demo = cloud.account("demo").session()
    listeners = [listen(cloud, demo) for _ in range(20)]
    for listener in listeners:
        listener.hello()
    process = cloud.processes["serve"]
    began = time.monotonic()
    process.send_signal(number)
    assert process.wait(timeout=30) == 0
    assert time.monotonic() - began < ENDS_WITHIN
    assert [listener.next() for listener in listeners] == [None] * 20
    for listener in listeners:
        listener.close()
    assert "Traceback" not in cloud.log("serve").read_text()


def test_uploads_in_every_form(cloud: Installation) -> None:
    demo = cloud.account("demo").session()
    body = {"name": "i", "disk_format": "raw", "container_format": "bare"}
    data = bytes(range(256)) * (SMALL >> 8)

    def upload(content: object, **headers: str) -> tuple[int, object]:
        image = demo.post(f"{cloud.url}{IMAGES}", json=body, timeout=30).json()["id"]
        url = f"{cloud.url}{IMAGES}/{image}"
        answer = demo.put(f"{url}/file", data=content, headers=BYTES | headers, timeout=30)  # type: ignore[arg-type]  # bytes or an iterator
        return answer.status_code, demo.get(url, timeout=30).json()["size"]

    def pieces(size: int) -> Iterator[bytes]:
        for at in range(0, size, 100_000):
            yield data[at : min(at + 100_000, size)]

    assert upload(data) == (204, SMALL)
    assert upload(b"tiny") == (204, 4)
    assert upload(pieces(SMALL)) == (204, SMALL)
    assert upload(pieces(1000)) == (204, 1000)
    assert upload(pieces(SMALL), **{"X-OpenStack-Image-Size": str(SMALL + 1)})[0] == 413
    assert upload(pieces(SMALL - 1), **{"X-OpenStack-Image-Size": str(SMALL)})[0] == 400
    assert upload(data + b"1") == (413, None)


def test_a_refusal_needs_no_upload(cloud: Installation) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port_of(cloud), timeout=10)
    connection.putrequest("PUT", f"{IMAGES}/nothing/file")
    connection.putheader("Content-Length", str(10**12))
    connection.putheader("Expect", "100-continue")
    connection.endheaders()
    assert connection.getresponse().status == 401
    connection.close()
