"""Plain stories: what the machine found, and what it must be able to find."""

from collections.abc import Iterator

import pytest

from cyclades.adapters.sql.servers import SqlServers
from cyclades.domain.model.errors import StaleVersion
from cyclades.domain.model.port import WantedInterface
from cyclades.domain.model.server import Server
from tests.harness.api import CALLERS
from tests.stateful.ground import Ground
from tests.stateful.processes import arm
from tests.stateful.site import SMALL, Site
from tests.stateful.wiring import Wiring
from tests.stateful.witness import Witness

MEMBER, OTHER = CALLERS["member"], CALLERS["other"]


@pytest.fixture
def site(ground: Ground) -> Iterator[Site]:
    with ground.site() as made:
        yield made


@pytest.fixture
def witness(site: Site) -> Witness:
    return Witness(site)


def is_right(site: Site, witness: Witness) -> None:
    """Now, and when everything is settled."""
    assert witness.wrongs() == []
    site.heals()
    site.settles()
    assert witness.wrongs() == []
    assert witness.settled_wrongs() == []


def test_a_worker_that_dies_with_its_answer(site: Site, witness: Witness) -> None:
    """Whoever takes the work over finds the job instead of making another."""
    (server_id,) = site.users.create_all(MEMBER)
    arm("answered")
    first, second = site.processes
    site.submits(first)
    site.clock.passed += 61
    site.submits(second)
    assert witness.wrongs() == []
    is_right(site, witness)
    assert site.users.server(server_id).status == "ACTIVE"


def test_an_end_that_nobody_saw(site: Site, witness: Witness) -> None:
    """Whoever looks first finds the job ended long ago, and believes it."""
    (server_id,) = site.users.create_all(MEMBER)
    site.submits(site.processes[0])
    site.clock.passed += 20
    for process in site.processes:
        process.restart()
    site.passes(2)
    assert site.users.server(server_id).status == "ACTIVE"
    is_right(site, witness)


def test_who_asks_for_too_much_leaves_nothing_behind(site: Site, witness: Witness) -> None:
    for _ in range(SMALL["quota_instances"] + 2):
        site.asks(lambda: site.users.create_all(MEMBER))
        assert witness.wrongs() == []
    assert len(site.users.alive()) == SMALL["quota_instances"]
    is_right(site, witness)


def test_an_address_is_kept_until_its_server_is_gone(site: Site, witness: Witness) -> None:
    (server_id,) = site.users.create_all(MEMBER)
    site.settles()
    site.users.delete(server_id)
    witness.deleted_by_users.add(server_id)
    assert witness.wrongs() == []
    is_right(site, witness)


def test_old_reports_change_nothing(site: Site, witness: Witness) -> None:
    """A whole life again, from its beginning, after its end."""
    (server_id,) = site.users.create_all(MEMBER)
    site.settles()
    site.users.delete(server_id)
    witness.deleted_by_users.add(server_id)
    site.settles()
    assert witness.wrongs() == []
    for index in range(len(site.reports)):
        site.replays(index)
        assert witness.wrongs() == []
    is_right(site, witness)


def test_a_job_that_comes_up_after_all_was_over(site: Site, witness: Witness) -> None:
    """A refused request's first attempt arrives late, and its job is told of as any other."""
    (server_id,) = site.users.create_all(MEMBER)
    first, second = site.processes
    cluster = site.cluster(site.users.place(server_id)[0])
    site.freezes(first)
    site.submits(first)
    site.clock.passed += 61
    cluster.faults.set(refuse=1)
    site.submits(second)
    assert site.users.server(server_id).status == "ERROR"
    assert witness.wrongs() == []
    site.sends_late(0)
    site.clock.passed += 5
    for job in cluster.jobs():
        site.saw(job)
        site.replays(-1)
        assert witness.wrongs() == []
    is_right(site, witness)
    assert site.users.server(server_id).status == "ERROR"


def test_who_loses_a_race_tries_again(
    site: Site, witness: Witness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report and a user at the same moment: both get what they want."""
    (server_id,) = site.users.create_all(MEMBER)
    save, lost = SqlServers.save, [True]

    def save_late(self: SqlServers, server: Server, now: object) -> None:
        if lost:
            lost.clear()
            raise StaleVersion("Somebody else was faster.")
        save(self, server, now)  # type: ignore[arg-type] # passed on

    monkeypatch.setattr(SqlServers, "save", save_late)
    site.users.rename(server_id, MEMBER, "other")
    is_right(site, witness)
    assert site.users.server(server_id).name == "other"


def test_an_interface_keeps_its_address_until_it_is_unplugged(site: Site, witness: Witness) -> None:
    """A detachment frees what the port held when its job is done, not when it is asked for."""
    (server_id,) = site.users.create_all(MEMBER)
    site.settles()
    wiring = Wiring(site.users.app, site.users.request)
    (port,) = wiring.on(server_id)
    wiring.detach(MEMBER, server_id, port)
    assert witness.wrongs() == []
    is_right(site, witness)
    assert list(wiring.on(server_id)) == []


def test_a_floating_ip_is_one_server_s(site: Site, witness: Witness) -> None:
    """Plugged in by its address, it is there and nowhere else."""
    wiring = Wiring(site.users.app, site.users.request)
    wiring.take_floating(MEMBER, "203.0.113.9")
    wanted = (WantedInterface(wiring.public, fixed_ip="203.0.113.9"),)
    made = [site.asks(lambda: site.users.create_all(MEMBER, interfaces=wanted)) for _ in range(2)]
    assert made == [True, False]
    is_right(site, witness)
