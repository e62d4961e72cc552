"""Every volume exchange that was recorded from a real OpenStack, told again here.

The answers have the recorded status, and bodies of the same keys and JSON types.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from tests.harness.api import PROJECT, Client
from tests.web.golden import differences, exchange, exchanges

BASE = "/volume/v3"
MISSING = "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000"
OLD, NEW = "", "3.71"
COPIES = "tests/web/volume/test_golden_copies.py"
# Told elsewhere, or never to be told; each with its reason.
ELSEWHERE: Mapping[str, str] = {
    "GET /limits 200": "tests/web/test_quotas.py",
    "GET /os-quota-sets/{pid} 200": "tests/web/test_quotas.py",
    "GET /os-availability-zone 200": "tests/web/test_availability_zones.py",
    "GET /attachments 200": "tests/web/volume/test_attachments.py",
    "POST /attachments 200": "what services say to each other",
    "PUT /attachments/{id} 200": "what services say to each other",
    "DELETE /attachments/{id} 200": "what services say to each other",
    "POST /attachments/{id}/action {os-complete} 204": "what services say to each other",
    "POST /volumes/{id}/action {os-begin_detaching} 202": "what services say to each other",
    "POST /volumes/{id}/action {os-volume_upload_image} 202": COPIES,
    "POST /volumes/{id}/action {os-attach} 202": "what services say to each other",
    "POST /volumes/{id}/action {os-detach} 202": "what services say to each other",
}


class Step(NamedTuple):
    """`id` is whose path it is; `@name` in the body stands for what `keeps` named before."""

    request: str
    status: int
    version: str = OLD
    id: str = ""
    body: Any = None
    keeps: str = ""
    token: str = "member"

    def __str__(self) -> str:
        return f"{self.request} {self.status}"


def volume() -> dict[str, Any]:
    return {"volume": {"name": "v", "size": 1, "metadata": {"a": "b"}}}


def snapshot(**more: Any) -> dict[str, Any]:
    return {"snapshot": {"volume_id": "@volume", "name": "s", "metadata": None} | more}


ONE, ACT = "/volumes/{id}", "POST /volumes/{id}/action"
SNAPSHOT, TRANSFERS = "/snapshots/{id}", "/volume-transfers"
STORY = (
    # Types
    Step("GET /types", 200),
    Step("POST /types", 200, body={"volume_type": {"name": "t"}}, keeps="type", token="admin"),
    Step(
        "POST /types/{id}/extra_specs",
        200,
        OLD,
        "@type",
        {"extra_specs": {"k": "v"}},
        token="admin",
    ),
    Step("DELETE /types/{id}", 202, OLD, "@type", token="admin"),
    Step("GET /types/{id}", 404, OLD, "@type"),
    Step("GET /types/{name}", 404, OLD, "t"),
    # Volumes
    Step("GET /volumes", 200),
    Step("POST /volumes", 202, OLD, body=volume(), keeps="old"),
    Step("POST /volumes", 202, "3.60", body=volume(), keeps="middle"),
    Step("POST /volumes", 202, NEW, body=volume(), keeps="volume"),
    Step(f"GET {ONE}", 200, OLD, "@volume"),
    Step(f"GET {ONE}", 200, "3.60", "@volume"),
    Step(f"GET {ONE}", 200, "3.69", "@volume"),
    Step(f"GET {ONE}", 200, NEW, "@volume"),
    Step("GET /volumes/detail", 200, OLD),
    Step("GET /volumes/detail", 200, "3.60"),
    Step("GET /volumes/detail", 200, NEW),
    Step(f"PUT {ONE}", 200, OLD, "@volume", {"volume": {"name": "w"}}),
    Step(f"PUT {ONE}", 200, NEW, "@volume", {"volume": {"name": "w", "description": "d"}}),
    Step(f"POST {ONE}/metadata", 200, OLD, "@volume", {"metadata": {"c": "d"}}),
    Step(f"DELETE {ONE}/metadata/a", 200, OLD, "@volume"),
    Step(f"{ACT} {{os-set_bootable}}", 200, NEW, "@volume", {"os-set_bootable": {"bootable": 1}}),
    Step(f"{ACT} {{os-extend}}", 202, NEW, "@volume", {"os-extend": {"new_size": 2}}),
    Step("GET /os-services", 200, "3.32", token="admin"),
    Step(
        "PUT /os-quota-sets/{pid}", 200, OLD, PROJECT, {"quota_set": {"volumes": 9}}, token="admin"
    ),
    # Snapshots
    Step("POST /snapshots", 202, OLD, body=snapshot(force=True), keeps="first"),
    Step("POST /snapshots", 202, "3.65", body=snapshot(), keeps="snapshot"),
    Step("GET /snapshots/detail", 200, OLD),
    Step("GET /snapshots/detail", 200, "3.65"),
    Step(f"GET {SNAPSHOT}", 200, "3.65", "@snapshot"),
    Step(f"PUT {SNAPSHOT}", 200, "3.65", "@snapshot", {"snapshot": {"name": "t"}}),
    Step(f"POST {SNAPSHOT}/metadata", 200, OLD, "@snapshot", {"metadata": {"s": "t"}}),
    Step(f"DELETE {ONE}", 400, NEW, "@volume"),
    Step(f"DELETE {SNAPSHOT}", 202, OLD, "@first"),
    Step(f"DELETE {SNAPSHOT}", 202, "3.65", "@snapshot"),
    Step(f"GET {SNAPSHOT}", 404, "3.65", "@snapshot"),
    # Transfers
    Step(
        f"POST {TRANSFERS}",
        202,
        "3.55",
        body={"transfer": {"name": "t", "volume_id": "@volume"}},
        keeps="transfer",
    ),
    Step(f"GET {TRANSFERS}", 200, "3.55"),
    Step(f"GET {TRANSFERS}/detail", 200, "3.55"),
    Step(
        f"POST {TRANSFERS}/{{id}}/accept",
        202,
        "3.55",
        "@transfer",
        {"accept": {"auth_key": "@auth_key"}},
        token="other",
    ),
    Step(f"GET {TRANSFERS}/{{id}}", 404, "3.55", "@transfer"),
    # The end
    Step(f"DELETE {ONE}", 202, OLD, "@old"),
    Step(f"DELETE {ONE}", 202, "3.60", "@middle"),
    Step(f"DELETE {ONE}", 202, NEW, "@volume", token="other"),
    *(Step(f"GET {ONE}", 404, version, "@volume") for version in (OLD, "3.60", NEW)),
    *(Step("GET /volumes/{name}", 404, version, "w") for version in ("3.60", NEW)),
)
# Cyclades' own attributes; users' own words.
OWN = re.compile(r"\$.*(\.SNF:\w+ is not theirs|\.metadata\.\w+ is (missing|not theirs))")


def filled(value: Any, names: Mapping[str, str]) -> Any:
    """With ids in the places of names."""
    if isinstance(value, dict):
        return {key: filled(each, names) for key, each in value.items()}
    return names[value[1:]] if isinstance(value, str) and value.startswith("@") else value


def tell(api: Client, step: Step, names: dict[str, str]) -> list[str]:
    """The step's differences; what it keeps is kept."""
    method, path, *_ = step.request.split()
    answer = api.call(
        method,
        BASE + re.sub(r"\{\w+\}", filled(step.id, names), path),
        filled(step.body, names),
        token=step.token,
        version=step.version or None,
    )
    assert answer.status_int == step.status, (str(step), answer.text)
    ours: Any = answer.json if answer.body else None
    if step.keeps:
        (thing,) = ours.values()
        names[step.keeps] = thing["id"]
        names |= {name: thing[name] for name in ("auth_key",) if name in thing}
    request = f"{method} {BASE}{step.request.partition(' ')[2]}"
    theirs = exchange(request, version=step.version, status=step.status).answer
    return [each for each in differences(theirs, ours) if not OWN.fullmatch(each)]


def test_the_story_has_every_exchange() -> None:
    told = {(str(step), step.version) for step in STORY}
    every = {
        (f"{each.request.replace(BASE, '')} {each.status}", each.microversion)
        for each in exchanges()
        if f" {BASE}/" in each.request
    }
    assert {one for one in every if one[0] not in ELSEWHERE} == told


def test_in_their_shape(api: Client) -> None:
    names: dict[str, str] = {}
    found = {f"{step} {step.version}": tell(api, step, names) for step in STORY}
    assert {step: wrong for step, wrong in found.items() if wrong} == {}
