"""How many SQL statements each request about servers takes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from tests.harness.compute import NEWEST, SERVERS, Cloud

NOT_COUNTED = ("BEGIN", "SAVEPOINT", "RELEASE")


@contextmanager
def counting(cloud: Cloud) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(NOT_COUNTED):
            seen.append(statement)

    event.listen(cloud.application.engine, "before_cursor_execute", note)
    yield seen
    event.remove(cloud.application.engine, "before_cursor_execute", note)


READS = {
    "": 1,
    "?limit=1": 1,
    "/detail": 1,
    "/detail?name=web&tags=blue&ip=203&status=ACTIVE&sort_key=display_name": 1,
    "/detail?marker={id}": 1,
    "/{id}": 1,
    "/{id}/metadata": 1,
    "/{id}/tags": 1,
    "/{id}/ips": 1,
    "/{id}/os-interface": 1,
    "/{id}/os-security-groups": 1,
    "/{id}/os-volume_attachments": 1,
    "/{id}/os-instance-actions": 1,
    "/{id}/os-instance-actions/{request}": 2,  # with what the build said
}


def test_reading_takes_a_fixed_number_of_statements(each_cloud: Cloud) -> None:
    body = each_cloud.body(tags=["blue"])
    made = [each_cloud.call("POST", SERVERS, body, version=NEWEST, status=202) for _ in range(3)]
    names = {
        "id": made[-1].json["server"]["id"],
        "request": made[-1].headers["X-Openstack-Request-Id"],
    }
    for path, count in READS.items():
        with counting(each_cloud) as statements:
            url = SERVERS + path.format(**names)
            each_cloud.call("GET", url, version=NEWEST, status=200)
        assert (path, len(statements)) == (path, count)


def test_changing_takes_as_many_however_many_there_are(cloud: Cloud) -> None:
    cloud.create()  # what happens once in a project has happened
    counts: list[dict[str, int]] = []
    for _round in range(2):
        server_id = cloud.active()
        url = f"{SERVERS}/{server_id}"
        port = cloud.call("GET", f"{url}/os-interface").json["interfaceAttachments"][0]["port_id"]
        taken: dict[str, int] = {}
        for name, method, path, body in [
            ("create", "POST", SERVERS, cloud.body()),
            ("update", "PUT", url, {"server": {"name": "x"}}),
            ("metadata", "POST", f"{url}/metadata", {"metadata": {"a": "b"}}),
            ("attach", "POST", f"{url}/os-interface", {}),
            ("detach", "DELETE", f"{url}/os-interface/{port}", None),
            ("stop", "POST", f"{url}/action", {"os-stop": None}),
            ("delete", "DELETE", url, None),
        ]:
            with counting(cloud) as statements:
                assert cloud.call(method, path, body, version=NEWEST).status_int < 300
            taken[name] = len(statements)
        counts.append(taken)
    assert counts[0] == counts[1]
    assert max(counts[0].values()) < 40
    assert counts[0]["update"] == 4
    assert counts[0]["detach"] <= 12
