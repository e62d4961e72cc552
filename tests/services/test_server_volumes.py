"""Volumes in servers, over a simulated cluster: attach, detach, and servers that go."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import text

from cyclades.bootstrap import Unit
from cyclades.domain.model.errors import Conflict, CycladesError, Forbidden, InvalidInput, NotFound
from cyclades.domain.model.flavor import Flavor
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.server_actions import Action
from cyclades.domain.model.volume import Place, Volume, VolumeStatus
from cyclades.domain.services.server_volumes import WantedAttachment
from tests.harness.api import CALLERS
from tests.harness.cloud import ADMIN, MEMBER, Cloud
from tests.harness.disks import Disks

pytestmark = pytest.mark.slow
IN_HOLDER = (VolumeStatus.AVAILABLE, Place.HOLDER)
IN_SERVER = (VolumeStatus.IN_USE, Place.SERVER)


class Guest(Disks):
    """Volumes, and what users do with them and servers."""

    def attach_to(
        self, server_id: str, volume: Volume, caller: Caller = MEMBER, **wanted: Any
    ) -> str:
        """The request's id."""
        request, wish = self.users.request(), WantedAttachment(volume.id, **wanted)
        self.users.app.atomically(
            lambda unit: unit.server_volumes.attach(caller, request, server_id, wish)
        )
        return request

    def detach_from(self, server_id: str, volume: Volume, caller: Caller = MEMBER) -> str:
        """The request's id."""
        request = self.users.request()
        self.users.app.atomically(
            lambda unit: unit.server_volumes.detach(caller, request, server_id, volume.id)
        )
        return request


@pytest.fixture
def guest(cloud: Cloud) -> Guest:
    return Guest(cloud)


def attached(cloud: Cloud, guest: Guest, server_id: str, **wanted: Any) -> Volume:
    volume = guest.blank()
    guest.attach_to(server_id, volume, **wanted)
    cloud.converge()
    assert guest.at_rest(volume) == IN_SERVER
    return volume


def test_a_volume_moves_between_servers(cloud: Cloud, guest: Guest) -> None:
    one, two = cloud.running(), cloud.running()
    cloud.act(two, Action.STOP)
    cloud.converge()
    volume = guest.blank()
    version = cloud.server(one).version
    request = guest.attach_to(one, volume, tag="data")
    assert guest.see(volume).status is VolumeStatus.ATTACHING
    assert cloud.server(one).version > version
    cloud.converge()
    assert cloud.outcome(one, request) == ("Success", None)
    held = guest.attachment(volume)
    assert held is not None
    assert (held.device, held.tag, held.server_id) == ("/dev/vdb", "data", one)
    request = guest.detach_from(one, volume)
    assert guest.see(volume).status is VolumeStatus.DETACHING
    cloud.converge()
    assert cloud.outcome(one, request) == ("Success", None)
    assert guest.at_rest(volume) == IN_HOLDER
    guest.attach_to(two, volume)
    cloud.converge()
    assert guest.at_rest(volume) == IN_SERVER
    assert guest.there(volume) == [cloud.server(two).instance]
    assert cloud.server(two).status == "SHUTOFF"


def test_what_is_refused(cloud: Cloud, guest: Guest) -> None:
    server_id = cloud.running()
    volume, other = attached(cloud, guest, server_id), guest.blank()
    elsewhere = cloud.running()
    for error, said, verb in (
        (InvalidInput, "must be 'available'", lambda: guest.attach_to(elsewhere, volume)),
        (NotFound, "Volume", lambda: guest.detach_from(elsewhere, volume)),
        (NotFound, "Volume", lambda: guest.detach_from(server_id, other)),
        (InvalidInput, "read-only", lambda: guest.attach_to(server_id, guest.blank(readonly=True))),
        (
            InvalidInput,
            "kept on plain",
            lambda: guest.attach_to(server_id, guest.blank(disk_template="plain")),
        ),
        (
            InvalidInput,
            "availability_zone",
            lambda: guest.attach_to(server_id, guest.blank(availability_zone="mars")),
        ),
        (NotFound, "Instance", lambda: guest.attach_to(server_id, other, CALLERS["other"])),
        (
            NotFound,
            "Volume",
            lambda: guest.attach_to(server_id, guest.blank(project_id="b" * 32)),
        ),
    ):
        with pytest.raises(error, match=said):
            verb()
    guest.detach_from(server_id, volume)
    with pytest.raises(InvalidInput, match="in-use"):
        guest.detach_from(server_id, volume)
    cloud.converge()
    cloud.app.atomically(lambda unit: unit.server_actions.lock(ADMIN, "req-l", server_id, None))
    with pytest.raises(Conflict, match="locked"):
        guest.attach_to(server_id, other)
    building = cloud.create()
    with pytest.raises(Conflict, match="building"):
        guest.attach_to(building, other)


def test_what_older_servers_are_kept_on_is_seen_before_they_get_disks(
    cloud: Cloud, guest: Guest
) -> None:
    server_id, volume = cloud.running(), guest.blank()
    with cloud.app.engine.begin() as connection:  # as an older release left it
        connection.execute(text("UPDATE servers SET disk_template = ''"))
    with pytest.raises(Conflict, match="not been seen yet"):
        guest.attach_to(server_id, volume)
    cloud.clock.passed += 60  # its cluster is looked at
    cloud.turn()
    assert cloud.server(server_id).disk_template == volume.disk_template
    guest.attach_to(server_id, volume)


def test_no_more_disks_than_an_instance_may_have(cloud: Cloud, guest: Guest) -> None:
    server_id = cloud.running()
    for _ in range(15):
        guest.attach_to(server_id, guest.blank())
    with pytest.raises(Forbidden, match="16"):
        guest.attach_to(server_id, guest.blank())
    cloud.converge()
    with cloud.app.reader() as unit:
        devices = [each.device for each in unit.volume_attachments.of_server(server_id)]
    assert devices == [f"/dev/vd{letter}" for letter in "bcdefghijklmnop"]


@pytest.mark.parametrize("stopped", [True, False])
def test_volumes_outlive_their_server_or_go_with_it(
    cloud: Cloud, guest: Guest, *, stopped: bool
) -> None:
    server_id = cloud.running()
    kept = attached(cloud, guest, server_id)
    gone = attached(cloud, guest, server_id, delete_on_termination=True)
    guest.detach_from(server_id, kept)  # so that it has a holder
    cloud.converge()
    guest.attach_to(server_id, kept)
    cloud.converge()
    if stopped:
        cloud.act(server_id, Action.STOP)
        cloud.converge()
    request = cloud.delete(server_id)
    assert cloud.server(server_id).task_state == "deleting"
    cloud.converge()
    assert cloud.server(server_id).deleted
    assert cloud.outcome(server_id, request) == ("Success", None)
    assert guest.at_rest(kept) == IN_HOLDER
    assert guest.gone(gone)
    assert cloud.instances() == [guest.holder(kept)]
    assert not cloud.cluster().store.look(lambda world: list(world.loose_disks))


def test_a_volume_with_a_holder_goes_with_its_server(cloud: Cloud, guest: Guest) -> None:
    server_id = cloud.running()
    volume = attached(cloud, guest, server_id)
    guest.detach_from(server_id, volume)
    cloud.converge()
    guest.attach_to(server_id, volume, delete_on_termination=True)
    cloud.converge()
    cloud.delete(server_id)
    cloud.converge()
    assert guest.gone(volume)
    assert cloud.instances() == []


def test_what_cannot_move_stays_with_its_server(cloud: Cloud, guest: Guest) -> None:
    flavor = Flavor("f", "on-files", 1, 512, 1, extra_specs={"SNF:volume_type": "local"})

    def offer(unit: Unit) -> None:
        specs = {"SNF:disk_template": "file"}
        unit.volume_types.create("local", None, is_public=True, specs=specs)
        unit.flavors.create(flavor)

    cloud.app.atomically(offer)
    server_id, volume = cloud.running(flavor_id="f"), guest.blank(disk_template="file")
    guest.attach_to(server_id, volume)
    cloud.converge()
    with pytest.raises(InvalidInput, match="kept on file"):
        guest.detach_from(server_id, volume)
    with pytest.raises(Conflict, match="delete_on_termination"):
        cloud.delete(server_id)
    assert guest.at_rest(volume) == IN_SERVER
    cloud.app.atomically(
        lambda unit: unit.server_volumes.update(
            MEMBER, server_id, volume.id, delete_on_termination=True
        )
    )
    cloud.delete(server_id)
    cloud.converge()
    assert guest.gone(volume)


def test_what_an_administrator_removes_is_lost_and_said_to_be(cloud: Cloud, guest: Guest) -> None:
    server_id = cloud.running()
    volume = attached(cloud, guest, server_id)
    cloud.cluster().administrator.remove(cloud.server(server_id).instance)
    cloud.pass_time(20)
    assert cloud.server(server_id).deleted
    assert guest.at_rest(volume) == (VolumeStatus.ERROR, Place.NOWHERE)
    assert "removed with the server" in (guest.see(volume).fault or "")
    assert guest.attachment(volume) is None


VERBS = ("attach", "detach", "delete", "stop", "start")


@dataclass
class Pair:
    """Two requests about one server, with one volume inside and two outside."""

    guest: Guest
    verbs: tuple[str, str]

    def __post_init__(self) -> None:
        self.server_id = self.guest.users.create()
        self.inside = self.guest.blank()
        self.outside = [self.guest.blank(), self.guest.blank()]

    def do(self, place: int) -> None:
        users, server_id = self.guest.users, self.server_id
        verbs: dict[str, Callable[[], object]] = {
            "attach": lambda: self.guest.attach_to(server_id, self.outside[place]),
            "detach": lambda: self.guest.detach_from(server_id, self.inside),
            "delete": lambda: users.delete(server_id),
            "stop": lambda: users.act(server_id, Action.STOP),
            "start": lambda: users.act(server_id, Action.START),
        }
        with suppress(CycladesError):
            verbs[self.verbs[place]]()

    def check(self) -> None:
        server, guest = self.guest.users.server(self.server_id), self.guest
        assert server.deleted == ("delete" in self.verbs)
        assert server.status in {"ACTIVE", "SHUTOFF", "DELETED"}
        for volume in (self.inside, *self.outside):
            status, place = guest.at_rest(volume)
            assert (status is VolumeStatus.IN_USE) == (place is Place.SERVER)
            assert status in {VolumeStatus.IN_USE, VolumeStatus.AVAILABLE}
            where = [server.instance] if place is Place.SERVER else [guest.holder(volume)]
            assert guest.there(volume) == ([] if place is Place.NOWHERE else where)
            assert (guest.attachment(volume) is not None) == (place is Place.SERVER)


@pytest.mark.parametrize("turns", [0, 2])
def test_all_pairs_of_verbs_end_well(cloud: Cloud, guest: Guest, turns: int) -> None:
    pairs = [Pair(guest, (first, second)) for first in VERBS for second in VERBS]
    cloud.converge()
    for pair in pairs:
        guest.attach_to(pair.server_id, pair.inside)
    cloud.converge()
    for place in (0, 1):
        for pair in pairs:
            pair.do(place)
        for _ in range(turns):
            cloud.turn()
            cloud.clock.passed += 0.5
    cloud.converge()
    for pair in pairs:
        pair.check()
