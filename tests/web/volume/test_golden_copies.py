"""The recorded exchange about a volume that becomes an image: that takes a cluster."""

import pytest

from tests.harness.api import Client, KnownCallers, client_of
from tests.harness.cloud import Cloud
from tests.web.golden import differences, exchange
from tests.web.volume.copying import BASE

UPLOAD = f"POST {BASE}/volumes/{{id}}/action {{os-volume_upload_image}}"


@pytest.fixture
def client(cloud: Cloud) -> Client:
    cloud.app.identity = KnownCallers()
    return client_of(cloud.app)


def test_volumes(client: Client) -> None:
    recorded = exchange(UPLOAD, version="3.71", status=202)
    made = client.call("POST", f"{BASE}/volumes", {"volume": {"size": 1}}, status=202)
    path = f"{BASE}/volumes/{made.json['volume']['id']}/action"
    told = client.call("POST", path, recorded.body, version="3.71", status=202).json
    assert differences(recorded.answer, told) == []
