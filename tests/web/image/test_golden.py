"""Every image exchange that was recorded from a real OpenStack, told again here.

The answers have the recorded status, and bodies of the same keys and JSON types. Errors are
pages for people there and objects here, as clients like them: only their status is compared.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.harness.api import OTHER_PROJECT, Client
from tests.web.golden import differences, exchange, exchanges
from tests.web.image.making import BYTES, PATCH

BASE = "/image/v2"
MISSING = "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000"
# What our bodies have differently, each with its reason. The list only shrinks.
KNOWN: Mapping[str, list[str]] = {
    # Where data is kept is nobody's business but the operator's.
    "GET /schemas/image 200": [
        "$.properties.direct_url is missing",
        "$.properties.locations is missing",
    ],
}
# Properties that a client program gave its image; ours has others.
OF_THE_RECORDED = ("owner_specified.", "os_distro", "k1", "k2")


class Step(NamedTuple):
    """`id` is whose path it is: `first` or `second` image, or nobody's."""

    request: str
    status: int
    id: str = "first"
    body: Any = None
    headers: Mapping[str, str] = {}
    token: str = "member"

    def __str__(self) -> str:
        return f"{self.request} {self.status}"


def described(**more: Any) -> dict[str, Any]:
    return {"name": "i", "container_format": "bare", "disk_format": "raw", "k1": "v1"} | more


STORY = (
    Step("POST /images", 201, body=described(tags=["t1"])),
    Step("GET /images/{id}/file", 204),
    Step("PUT /images/{id}/file", 204, body=b"data", headers=BYTES),
    Step("GET /images/{id}", 200),
    Step("GET /images", 200),
    Step("GET /images/{id}/file", 200),
    Step(
        "PATCH /images/{id}",
        200,
        body=[
            {"op": "add", "path": "/min_ram", "value": 64},
            {"op": "add", "path": "/protected", "value": True},
        ],
        headers=PATCH,
    ),
    Step(
        "PATCH /images/{id}",
        403,
        body=[{"op": "add", "path": "/visibility", "value": "public"}],
        headers=PATCH,
    ),
    Step("DELETE /images/{id}/tags/t1", 204),
    Step("PUT /images/{id}/tags/tt", 204),
    Step("DELETE /images/{id}/tags/tt", 204),
    Step("DELETE /images/{id}", 403),
    Step("POST /images/{id}/actions/deactivate", 204),
    Step("GET /images/{id}/file", 403),
    Step("POST /images/{id}/actions/reactivate", 204),
    Step("POST /images/{id}/members", 200, body={"member": OTHER_PROJECT}),
    Step("GET /images/{id}/members", 200),
    Step(
        "PUT /images/{id}/members/{pid}",
        200,
        body={"status": "accepted", "member": OTHER_PROJECT},
        token="other",
    ),
    Step("DELETE /images/{id}/members/{pid}", 204),
    Step("GET /schemas/image", 200),
    Step("GET /info/import", 200),
    Step("POST /images", 201, "second", described(disk_format="qcow2")),
    Step("PUT /images/{id}/file", 415, "second", b"", BYTES),
    Step("POST /images", 201, "second", described()),
    Step("PUT /images/{id}/stage", 204, "second", b"data", BYTES),
    Step("POST /images/{id}/import", 202, "second", {"method": {"name": "glance-direct"}}),
    Step("DELETE /images/{id}", 204, "second"),
    Step("GET /images/{id}", 404, MISSING),
    Step("DELETE /images/{id}", 404, MISSING),
)


def test_the_story_has_every_exchange() -> None:
    every = {
        f"{each.request.replace(BASE, '')} {each.status}"
        for each in exchanges()
        if f" {BASE}/" in each.request
    }
    assert {str(step) for step in STORY} == every


def told(step: Step, answer: Any) -> list[str]:
    """How the answer differs from what was recorded."""
    method, path = step.request.split()
    theirs = exchange(f"{method} {BASE}{path}", status=step.status).answer
    if step.status >= 400 or not isinstance(theirs, dict):
        return []
    found = differences(theirs, answer.json)
    return [
        each
        for each in found
        if not each.rpartition(" is ")[0].rpartition("$.")[2].startswith(OF_THE_RECORDED)
        and not any(f"].{name}" in each for name in OF_THE_RECORDED)
    ]


def test_in_their_shape(api: Client) -> None:
    found: dict[str, list[str]] = {}
    ids: dict[str, str] = {}
    for step in STORY:
        method, path = step.request.split()
        url = path.replace("{id}", ids.get(step.id, step.id)).replace("{pid}", OTHER_PROJECT)
        headers = dict(step.headers)
        answer = api.call(method, BASE + url, step.body, token=step.token, headers=headers)
        assert answer.status_int == step.status, (str(step), answer.text)
        if step.status == 201:
            ids[step.id] = answer.json["id"]
        wrong = told(step, answer)
        if wrong:
            found[str(step)] = wrong
    assert found == KNOWN
