"""What any ServerRepository and InstanceActions do."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.instance_actions import SqlInstanceActions
from cyclades.adapters.sql.servers import SqlServers, watched
from cyclades.adapters.sql.views.instance_actions import SqlInstanceActionViews
from cyclades.adapters.system.ids import SystemIds
from cyclades.domain.model.errors import NotFound, StaleVersion
from cyclades.domain.model.instance_action import ERROR, SUCCESS, InstanceAction
from cyclades.domain.model.reports import Power
from cyclades.domain.model.server import Fault, Server
from cyclades.domain.model.server_states import TaskState, VmState
from cyclades.domain.model.sharing import Scope
from cyclades.ports.servers import InstanceActions, ServerRepository
from tests.harness.samples import NOW, PROJECT, a_cluster, a_server
from tests.harness.sealing import secrets

ALL = Scope(None, everything=True)
MINE, THEIRS = Scope(PROJECT), Scope("b" * 32)
LATER = NOW + timedelta(seconds=5)
IDS = SystemIds()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """Rolled back in the end."""
    with engine.connect() as opened:
        yield opened


@pytest.fixture
def servers(connection: Connection) -> ServerRepository:
    for name in ("one", "two"):
        SqlClusters(connection, secrets()).add(a_cluster(name), NOW)
    return SqlServers(connection)


@pytest.fixture
def actions(servers: ServerRepository, connection: Connection) -> InstanceActions:
    return SqlInstanceActions(connection)


def added(servers: ServerRepository, **values: Any) -> Server:
    server = a_server(**values)
    servers.add(server)
    return server


# PostgreSQL keeps no NUL, and no text has half a surrogate pair.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
NUMBERS = st.integers(0, 2**31 - 1)
TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants naive bounds
JSONS = st.dictionaries(TEXTS, TEXTS | NUMBERS | st.booleans() | st.lists(TEXTS, max_size=2))
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "name": TEXTS,
    "description": st.none() | TEXTS,
    "hostname": TEXTS,
    "reservation_id": st.text("r-0123456789", max_size=12),
    "launch_index": NUMBERS,
    "pinned_zone": st.none() | TEXTS,
    "flavor": JSONS,
    "vcpus": NUMBERS,
    "ram": NUMBERS,
    "disk": NUMBERS,
    "created": TIMES,
    "updated": TIMES,
    "image_id": st.none() | TEXTS,
    "key_name": st.none() | TEXTS,
    "metadata": st.dictionaries(TEXTS, TEXTS, max_size=3),
    "tags": st.lists(TEXTS, max_size=3).map(tuple),
    "security_groups": st.lists(TEXTS, max_size=3).map(tuple),
    "config_drive": st.booleans(),
    "disk_config": st.sampled_from(["AUTO", "MANUAL"]),
    "disk_template": st.sampled_from(["", "sharedfile"]),
    "access_ipv4": st.sampled_from(["", "192.0.2.1"]),
    "access_ipv6": st.sampled_from(["", "2001:db8::1"]),
    "vm_state": st.sampled_from(list(VmState)),
    "task_state": st.sampled_from([None, *TaskState]),
    "power": st.sampled_from(list(Power)),
    "progress": st.integers(0, 100),
    "locked": st.booleans(),
    "locked_by": st.none() | TEXTS,
    "locked_reason": st.none() | TEXTS,
    "fault": st.none() | st.builds(Fault, NUMBERS, TEXTS, TIMES),
    "generation": NUMBERS,
    "effect_id": st.none() | TEXTS,
    "absences": NUMBERS,
    "placement": JSONS,
    "launched": st.none() | TIMES,
    "terminated": st.none() | TIMES,
    "version": NUMBERS,
}
FIXED = {"id", "project_id", "user_id", "cluster_id", "instance", "availability_zone", "flavor_id"}
SERVERS = st.fixed_dictionaries(FIELDS)
ROUND_TRIP = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@given(values=SERVERS)
@ROUND_TRIP
def test_what_goes_in_comes_out(servers: ServerRepository, values: dict[str, Any]) -> None:
    server = added(servers, id=IDS.new(), **values)
    assert servers.by_id(server.id) == server


@given(values=SERVERS)
@ROUND_TRIP
def test_what_is_saved_comes_out(servers: ServerRepository, values: dict[str, Any]) -> None:
    server = added(servers, id=IDS.new())
    changed = replace(server, **(values | {"version": server.version}))
    servers.save(changed, LATER)
    assert (changed.version, changed.updated) == (server.version + 1, LATER)
    assert servers.by_id(server.id) == changed


def test_every_field_of_a_server_is_tried_above() -> None:
    assert set(Server.__dataclass_fields__) == set(FIELDS) | FIXED


def test_a_foreign_server_looks_exactly_like_a_missing_one(servers: ServerRepository) -> None:
    server = added(servers)
    assert servers.get(MINE, server.id) == servers.get(ALL, server.id) == server
    messages = []
    for scope, wanted in ((THEIRS, server.id), (MINE, "missing"), (Scope(None), server.id)):
        with pytest.raises(NotFound) as caught:
            servers.get(scope, wanted)
        messages.append(str(caught.value).replace(wanted, "X"))
    assert len(set(messages)) == 1


def test_a_deleted_server_is_only_found_by_those_who_settle_it(servers: ServerRepository) -> None:
    server = added(servers, vm_state=VmState.DELETED)
    with pytest.raises(NotFound):
        servers.get(ALL, server.id)
    assert servers.by_id(server.id) == servers.by_instance("one", server.instance) == server


def test_an_instance_is_looked_for_in_its_own_cluster(servers: ServerRepository) -> None:
    server = added(servers)
    assert servers.by_instance("one", server.instance) == server
    assert servers.by_instance("two", server.instance) is None
    assert servers.by_instance("one", "other") is None


def test_who_read_an_old_version_saves_nothing(servers: ServerRepository) -> None:
    server = added(servers)
    late = deepcopy(server)
    server.name = "first"
    servers.save(server, LATER)
    late.name = "second"
    with pytest.raises(StaleVersion):
        servers.save(late, LATER)
    assert late.version == 1
    assert servers.by_id(server.id).name == "first"


def test_what_pollers_watch(servers: ServerRepository, connection: Connection) -> None:
    quiet = added(servers, vm_state=VmState.ACTIVE, power=Power.RUNNING, launched=NOW, absences=1)
    added(servers, effect_id="e", launched=NOW)
    added(servers)
    added(servers, vm_state=VmState.DELETED, launched=NOW)
    added(servers, cluster_id="two", launched=NOW)
    seen = {known.instance: known for known in watched(connection, "one")}
    assert [known.quiet for known in seen.values()].count(True) == 1
    assert len(seen) == 3
    known = seen[quiet.instance]
    assert known.quiet
    assert (known.version, known.vm_state, known.power) == (1, VmState.ACTIVE, Power.RUNNING)
    assert (known.vcpus, known.ram, known.absences) == (quiet.vcpus, quiet.ram, 1)


def action(server: Server, effect_id: str | None = None, **values: Any) -> InstanceAction:
    usual: dict[str, Any] = {"request_id": f"req-{IDS.new()}", "started": NOW}
    usual |= {"action": "stop", "user_id": "u", "project_id": PROJECT, "updated": NOW}
    return InstanceAction(
        id=IDS.new(), server_id=server.id, effect_id=effect_id, **(usual | values)
    )


def began(actions: InstanceActions, records: Sequence[InstanceAction]) -> None:
    for record in records:
        actions.begin(record)


def test_actions_are_listed_newest_first(
    servers: ServerRepository, actions: InstanceActions
) -> None:
    server, other = added(servers), added(servers)
    records = [action(server, started=NOW + timedelta(seconds=n)) for n in range(3)]
    began(actions, [*records, action(other)])
    assert list(actions.list(server.id)) == records[::-1]
    assert actions.get(server.id, records[1].request_id) == records[1]
    for wrong in ((other.id, records[1].request_id), (server.id, "req-other")):
        with pytest.raises(NotFound):
            actions.get(*wrong)


@pytest.mark.parametrize(("result", "message"), [(SUCCESS, None), (ERROR, "No room.")])
def test_an_action_ends_with_its_effect(
    servers: ServerRepository, actions: InstanceActions, result: str, message: str | None
) -> None:
    server = added(servers)
    ours, other = action(server, "e1"), action(server, "e2")
    began(actions, [ours, other])
    actions.finish("e1", result, message, LATER)
    actions.finish("unknown", result, message, LATER)
    assert actions.get(server.id, ours.request_id) == replace(
        ours, result=result, message=message, updated=LATER, finished=LATER
    )
    assert actions.get(server.id, other.request_id) == other


def test_the_steps_of_an_action_are_noted_once_and_not_without_end(
    servers: ServerRepository, actions: InstanceActions, connection: Connection
) -> None:
    server = added(servers)
    ours, other = action(server, "e1"), action(server, "e2")
    began(actions, [ours, other])
    said = [f"step {number}" for number in range(3)]
    moments = [NOW + timedelta(seconds=number) for number in range(3)]
    for text, moment in zip(said, moments, strict=True):
        assert actions.note("e1", IDS.new(), text, moment, 3)
    assert not actions.note("e1", IDS.new(), said[0], LATER, 9), "said before"
    assert not actions.note("e1", IDS.new(), "one more", LATER, 3), "too many"
    assert not actions.note("nobody's", IDS.new(), "hm", NOW, 3)
    assert actions.note("e2", IDS.new(), said[0], NOW, 3)
    views = SqlInstanceActionViews(connection)
    events = views.events(ours.id)
    assert [event.message for event in events] == said
    assert [event.started for event in events] == moments
    assert {(event.name, event.action_id) for event in events} == {("cluster_progress", ours.id)}


def test_only_the_servers_that_are_asked_for_are_watched(
    servers: ServerRepository, connection: Connection
) -> None:
    first, second = added(servers), added(servers, cluster_id="two")
    added(servers)
    names = [first.instance, second.instance, "nobody"]
    assert [known.instance for known in watched(connection, "one", names)] == [first.instance]
    assert watched(connection, "one", []) == []
