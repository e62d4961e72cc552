"""What was recorded of a real OpenStack when servers were acted upon and parts of them deleted.

Answers have the recorded status, keys and JSON types. Others of the compute service are told
beside their subjects.
"""

import json
import re
from collections.abc import Callable, Mapping

import pytest

from cyclades.domain.model.operation import Operation
from tests.harness.compute import NEWEST, SERVERS, Cloud
from tests.web.compute.test_volume_attachments import settle, volume
from tests.web.golden import DATA, Exchange, differences

RECORDED = tuple(Exchange(**raw) for raw in json.loads((DATA / "server-actions.json").read_text()))


def building(cloud: Cloud) -> str:
    return f"{SERVERS}/{cloud.create()['id']}"


def active(cloud: Cloud) -> str:
    metadata = {"role": "web", "x": "y"}
    return f"{SERVERS}/{cloud.active(metadata=metadata)}"


def stopped(cloud: Cloud) -> str:
    url = active(cloud)
    cloud.call("POST", f"{url}/action", {"os-stop": None}, status=202)
    cloud.done(url.rpartition("/")[2], Operation.STOP)
    return url


def deleted(cloud: Cloud) -> str:
    url = active(cloud)
    cloud.call("DELETE", url, status=204)
    cloud.done(url.rpartition("/")[2], Operation.REMOVE)
    return url


def in_no_group(cloud: Cloud) -> str:
    url = active(cloud)
    cloud.call("POST", f"{url}/action", {"removeSecurityGroup": {"name": "default"}}, status=202)
    return url


def plugged(cloud: Cloud) -> str:
    url = active(cloud)
    ports = cloud.call("GET", f"{url}/os-interface", status=200).json["interfaceAttachments"]
    return f"{url}/os-interface/{ports[0]['port_id']}"


def with_volume(cloud: Cloud) -> str:
    url, volume_id = active(cloud), volume(cloud)
    wanted = {"volumeAttachment": {"volumeId": volume_id}}
    cloud.call("POST", f"{url}/os-volume_attachments", wanted, status=200)
    settle(cloud, volume_id)
    return f"{url}/os-volume_attachments/{volume_id}"


# How a server must be for an exchange, where that is not simply active; the first that fits.
READY: Mapping[str, Callable[[Cloud], str]] = {
    r"createImage\} 409": building,  # theirs was being resized
    r"os-stop\} 409": stopped,
    r"addSecurityGroup": in_no_group,
    r"DELETE .* 404": deleted,
    r"DELETE .*/os-interface": plugged,
    r"DELETE .*/os-volume_attachments": with_volume,
    r"": active,
}


def name_of(recorded: Exchange) -> str:
    return f"{recorded.request} {recorded.status} {recorded.microversion}".strip()


@pytest.mark.parametrize("recorded", RECORDED, ids=name_of)
def test_told_again(cloud: Cloud, recorded: Exchange) -> None:
    ready = next(make for words, make in READY.items() if re.search(words, name_of(recorded)))
    method, path, *_ = recorded.request.split()
    own, version = path.removeprefix(f"{SERVERS}/{{id}}"), recorded.microversion
    own = "" if own.endswith("{id}") else own  # the path of what is ready is whole
    asked = NEWEST if version == "2.100" else version or None
    answer = cloud.call(
        method, ready(cloud) + own, recorded.body, version=asked, status=recorded.status
    )
    if recorded.answer is None:
        assert answer.body == b""
    else:
        assert differences(recorded.answer, answer.json) == []
        assert words_of(recorded.answer) == words_of(answer.json)
    if "createImage" in recorded.request and recorded.status == 202:
        assert ("Location" in answer.headers) is (not version)


def words_of(answer: object) -> str:
    """Without ids and states."""
    said = json.dumps(answer, sort_keys=True) if "message" in str(answer) else ""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|vm_state \w+", "...", said)
