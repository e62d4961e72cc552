"""New disks are what was asked for, byte by byte; tickets open what they are for, no longer."""

import hashlib
import os
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cyclades.adapters.simulated.builds import Builds
from cyclades.domain.model.build import (
    BuildOrders,
    DiskToCopy,
    DiskToSave,
    SavedAs,
    image_to_write,
)
from cyclades.domain.model.disk_commands import DiskWanted
from cyclades.domain.model.effects import CreateInstance, GuestConfig, RemoveInstance
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.image import Image
from cyclades.domain.model.image_edits import Edit
from cyclades.domain.model.reports import JobOutcome, JobReport
from cyclades.workers.housekeeping import HousekeepingWorker
from tests.harness.cloud import ADMIN, MEMBER, Cloud
from tests.harness.samples import a_server, effect_of, fresh

BYTES = bytes(100_000) + os.urandom(300_001) + b"end"
GONE = "Build of this ticket could not be found."


def image_of(cloud: Cloud, content: bytes | None = BYTES, disk_format: str = "raw") -> Image:
    """An image, with bytes or waiting for them."""
    edits = [
        Edit("add", "name", "mine"),
        Edit("add", "disk_format", disk_format),
        Edit("add", "container_format", "bare"),
    ]
    made = cloud.app.atomically(lambda unit: unit.images.create(MEMBER, edits))
    if content is None:
        return made
    return cloud.app.image_uploads.receive_as_system(made.id, [content])


def shown(cloud: Cloud, image: Image) -> Image:
    with cloud.app.reader() as unit:
        return unit.images.show(ADMIN, image.id)


def builds_of(cloud: Cloud) -> Builds:
    builds = cloud.cluster().builds
    assert builds is not None
    return builds


def bytes_of(cloud: Cloud, disk: str) -> bytes | None:
    kept = builds_of(cloud).find(disk)
    return kept.path.read_bytes() if kept else None


def make(cloud: Cloud, disk: str, orders: BuildOrders, mib: int = 4) -> JobReport:
    """A stopped instance whose disk 0 is made by these orders; how its job ended."""
    command = CreateInstance(
        fresh("holder"), 1, 128, "sharedfile", (DiskWanted(disk, mib),), (), "", "", start=False
    )
    effect = effect_of(a_server(), command)
    ticket = cloud.app.atomically(
        lambda unit: unit.builds.order(effect.id, "one", command.instance, orders)
    )
    job = cloud.cluster().submit(replace(effect, guest=GuestConfig(ticket=ticket)))
    cloud.clock.passed += 5
    report = cloud.cluster().job(job)
    assert report is not None
    return report


def tickets(cloud: Cloud) -> Sequence[str]:
    """What sealed effects carry, as the worker that sends them reads it."""
    now = cloud.clock.now()
    soon = now + timedelta(seconds=1)
    claims = cloud.app.atomically(lambda unit: unit.outbox.claim(now, soon, 10, 10))
    return [claim.effect.guest.ticket for claim in claims]


def test_a_servers_disk_has_its_images_bytes_until_it_goes(cloud: Cloud) -> None:
    server = cloud.running(image_id=image_of(cloud).id)
    disk = f"cyclades-disk-{server}"
    assert bytes_of(cloud, disk) == BYTES
    cloud.delete(server)
    cloud.converge()
    cloud.instances()
    assert bytes_of(cloud, disk) is None
    with cloud.app.reader() as unit:
        assert unit.connection.exec_driver_sql("SELECT * FROM builds").all() == []


def test_bytes_go_from_image_to_disk_to_disk_to_image(cloud: Cloud, tmp_path: Path) -> None:
    image = image_of(cloud)
    write = image_to_write(image)
    assert make(cloud, "first", BuildOrders(write)).outcome is JobOutcome.SUCCESS
    as_raw, as_qcow2 = image_of(cloud, None), image_of(cloud, None, "qcow2")
    copy = DiskToCopy("holder", "first", "/srv")
    for target, disk_format in ((as_raw, "raw"), (as_qcow2, "qcow2")):
        save = DiskToSave(SavedAs.IMAGE, target.id, disk_format)
        report = make(cloud, f"copy-{disk_format}", BuildOrders(copy=copy, save=save))
        assert report.outcome is JobOutcome.SUCCESS, report
    assert bytes_of(cloud, "copy-raw") == BYTES
    saved = shown(cloud, as_raw).data
    assert saved is not None
    assert saved.sha512 == hashlib.sha512(BYTES).hexdigest()
    inside = shown(cloud, as_qcow2).data
    assert inside is not None
    assert inside.virtual_size == 4 << 20
    source, target_file = tmp_path / "in", tmp_path / "out"
    source.write_bytes(b"".join(cloud.app.image_store.read(inside.blob)))
    convert = ["qemu-img", "convert", "-f", "qcow2", "-O", "raw", str(source), str(target_file)]
    subprocess.run(convert, check=True)
    assert target_file.read_bytes() == BYTES.ljust(4 << 20, b"\0")


@pytest.mark.parametrize(("disk_format", "size"), [("raw", 4 << 20), ("qcow2", 262_144)])
def test_a_blank_disk_is_saved_as_zeros(cloud: Cloud, disk_format: str, size: int) -> None:
    target = image_of(cloud, None, disk_format)
    save = DiskToSave(SavedAs.IMAGE, target.id, disk_format)
    assert make(cloud, "blank", BuildOrders(save=save)).outcome is JobOutcome.SUCCESS
    assert bytes_of(cloud, "blank") is None
    data = shown(cloud, target).data
    assert data is not None
    assert (data.size, data.virtual_size) == (size, 4 << 20)


def test_an_image_that_was_damaged_or_lost_makes_no_server(cloud: Cloud) -> None:
    for content in (BYTES[::-1], None):
        image = image_of(cloud)
        assert image.data is not None
        store, blob = cloud.app.image_store, image.data.blob
        store.delete(blob)
        if content is not None:
            store.write(blob, [content], len(content))
        server = cloud.create(image_id=image.id)
        cloud.converge()
        assert cloud.server(server).status == "ERROR"
        assert bytes_of(cloud, f"cyclades-disk-{server}") is None
        assert cloud.instances() == []


def test_a_deleted_image_is_kept_for_those_who_build_from_it(cloud: Cloud) -> None:
    image = image_of(cloud)
    assert image.data is not None
    server = cloud.create(image_id=image.id)
    cloud.app.atomically(lambda unit: unit.images.delete(MEMBER, image.id))
    cloud.app.image_uploads.recover()
    cloud.converge()
    assert cloud.server(server).status == "ACTIVE"
    assert bytes_of(cloud, f"cyclades-disk-{server}") == BYTES
    cloud.app.image_uploads.recover()
    assert image.data.blob not in set(cloud.app.image_store.blobs())


def test_a_ticket_counts_in_its_cluster_until_its_effect_has_ended(cloud: Cloud) -> None:
    cloud.create(image_id=image_of(cloud).id)
    (ticket,) = tickets(cloud)
    assert len(ticket) >= 43  # 256 bits in base64
    desk = cloud.app.build_desk

    def refused(said: str = ticket, cluster: str = "one") -> str:
        with pytest.raises(NotFound) as caught:
            desk.orders(said, cluster)
        with pytest.raises(NotFound):
            desk.read(said, cluster)
        with pytest.raises(NotFound):
            desk.save(said, cluster, [])
        return str(caught.value)

    for _ in range(2):  # a job that is tried again asks again
        assert desk.orders(ticket, "one").orders.customise
        assert b"".join(desk.read(ticket, "one", 100_000, 5)) == BYTES[100_000:100_005]
    assert refused(cluster="two") == refused(ticket[:-1]) == refused("") == GONE
    cloud.clock.passed += 7 * 3600
    assert refused() == GONE
    cloud.clock.passed -= 7 * 3600
    desk.orders(ticket, "one")
    cloud.converge()
    assert refused() == GONE


def test_what_dies_while_it_fills_a_disk_has_sent_nothing(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Died(BaseException):
        """As kill -9: nobody handles it."""

    def die(*_args: object) -> None:
        raise Died

    server = cloud.create(image_id=image_of(cloud).id)
    now = cloud.clock.now()
    soon = now + timedelta(seconds=1)
    (claim,) = cloud.app.atomically(lambda unit: unit.outbox.claim(now, soon, 10, 10))
    with monkeypatch.context() as patch:
        patch.setattr(Builds, "carry_out", die)
        with pytest.raises(Died):
            cloud.cluster().submit(claim.effect)
    assert cloud.cluster().find(claim.effect.id) is None
    cloud.converge()
    assert cloud.server(server).status == "ACTIVE"
    assert bytes_of(cloud, f"cyclades-disk-{server}") == BYTES


def test_who_is_taken_for_dead_while_it_fills_a_disk_makes_no_second_job(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = cloud.create(image_id=image_of(cloud).id)
    now = cloud.clock.now()
    soon = now + timedelta(seconds=1)
    (claim,) = cloud.app.atomically(lambda unit: unit.outbox.claim(now, soon, 10, 10))
    build, driver = Builds.carry_out, cloud.cluster()
    others: list[int] = []

    def slowly(builds: Builds, op: dict[str, Any], ticket: str) -> Any:
        if not others:
            others.append(0)
            others[0] = driver.submit(claim.effect)
        return build(builds, op, ticket)

    monkeypatch.setattr(Builds, "carry_out", slowly)
    assert driver.submit(claim.effect) == others[0]
    cloud.converge()
    assert cloud.server(server).status == "ACTIVE"


def test_a_ticket_waits_for_its_effect_to_be_sent(cloud: Cloud) -> None:
    server = cloud.create(image_id=image_of(cloud).id)
    cloud.clock.passed += cloud.app.settings.build_ticket_ttl + 1
    HousekeepingWorker(cloud.app).turn()
    cloud.converge()
    assert cloud.server(server).status == "ACTIVE"
    assert bytes_of(cloud, f"cyclades-disk-{server}") == BYTES


def test_disks_of_other_instances_are_not_overwritten(cloud: Cloud) -> None:
    make(cloud, "disk", BuildOrders(image_to_write(image_of(cloud))))
    make(cloud, "disk", BuildOrders(image_to_write(image_of(cloud, b"other"))))
    assert bytes_of(cloud, "disk") == BYTES
    for instance in cloud.instances():
        cloud.cluster().submit(effect_of(a_server(), RemoveInstance(instance)))
    cloud.clock.passed += 5
    assert cloud.instances() == []
    assert bytes_of(cloud, "disk") is None
