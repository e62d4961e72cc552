"""An image's bytes become a disk, or the build says why not."""

import hashlib
import os
import struct
from pathlib import Path

import pytest
from cyclades_node.builds.work import work_folder

from tests.nodes.os.conftest import INSTANCE, FakeInstance
from tests.nodes.os.desk import FakeDesk
from tests.nodes.os.guests import MEBIBYTE, said

IMAGE = os.urandom(MEBIBYTE + 100) + bytes(3 * MEBIBYTE) + os.urandom(MEBIBYTE)


def test_the_image_lies_on_the_disk_with_holes_for_zeros(
    instance: FakeInstance, desk: FakeDesk
) -> None:
    disk = instance.add_disk(8)
    disk.write_bytes(b"x" * 8 * MEBIBYTE)  # what was there before is nobody's business
    desk.offer(IMAGE)
    assert instance.create() == 0, instance.said
    found = disk.read_bytes()
    written = hashlib.sha512(found[: len(IMAGE)]).hexdigest()
    assert written == desk.orders["image"]["sha512"]
    assert (len(found), found[len(IMAGE) :].strip(b"\0")) == (8 * MEBIBYTE, b"")
    assert disk.stat().st_blocks * 512 < 3 * MEBIBYTE


def test_a_broken_connection_goes_on_where_it_ended(instance: FakeInstance, desk: FakeDesk) -> None:
    disk = instance.add_disk(8)
    desk.offer(IMAGE)
    desk.break_after = [MEBIBYTE + 17, 0, 2 * MEBIBYTE]
    assert instance.create() == 0, instance.said
    assert disk.read_bytes()[: len(IMAGE)] == IMAGE
    starts = [int(asked.split()[1]) for asked in desk.asked if "image" in asked]
    assert starts[0] == 0
    assert sorted(starts) == starts
    assert starts[-1] > 3 * MEBIBYTE


@pytest.mark.parametrize("disk_format", ["qcow2", "vmdk", "vhd", "vdi"])
def test_other_formats_are_converted(
    instance: FakeInstance, desk: FakeDesk, tmp_path: Path, disk_format: str
) -> None:
    disk = instance.add_disk(16)
    plain, converted = tmp_path / "plain", tmp_path / "converted"
    plain.write_bytes(IMAGE.ljust(6 * MEBIBYTE, b"\0"))
    qemus = {"vhd": "vpc"}.get(disk_format, disk_format)
    said("qemu-img", "convert", "-f", "raw", "-O", qemus, plain, converted)
    desk.offer(converted.read_bytes(), disk_format, virtual_size=6 * MEBIBYTE)
    assert instance.create() == 0, instance.said
    assert disk.read_bytes()[: 6 * MEBIBYTE] == plain.read_bytes()
    assert disk.stat().st_size == 16 * MEBIBYTE


def vhd_of_another_make(plain: Path, folder: Path) -> bytes:
    """A fixed VHD with a geometry of whole cylinders, which end before the disk does."""
    made = folder / "vhd"
    options = ("-o", "subformat=fixed,force_size=on")
    said("qemu-img", "convert", "-f", "raw", "-O", "vpc", *options, plain, made)
    data, footer = made.read_bytes()[:-512], bytearray(made.read_bytes()[-512:])
    footer[28:32] = b"vbox"
    struct.pack_into(">HBB", footer, 56, len(data) // 512 // (4 * 17), 4, 17)
    struct.pack_into(">I", footer, 64, 0)
    struct.pack_into(">I", footer, 64, ~sum(footer) & 0xFFFFFFFF)
    return data + bytes(footer)


def test_the_end_of_a_vhd_is_not_lost(
    instance: FakeInstance, desk: FakeDesk, tmp_path: Path
) -> None:
    disk, plain = instance.add_disk(16), tmp_path / "plain"
    plain.write_bytes(os.urandom(5 * MEBIBYTE))
    image = vhd_of_another_make(plain, tmp_path)
    desk.offer(image, "vhd", virtual_size=5 * MEBIBYTE)
    assert instance.create() == 0, instance.said
    assert disk.read_bytes()[: 5 * MEBIBYTE] == plain.read_bytes()


def test_an_image_that_leads_elsewhere_is_not_followed(
    instance: FakeInstance, desk: FakeDesk, tmp_path: Path
) -> None:
    disk = instance.add_disk(8)
    below, above = tmp_path / "below", tmp_path / "above"
    below.write_bytes(b"secret of the node".ljust(MEBIBYTE))
    said("qemu-img", "create", "-q", "-f", "qcow2", "-b", below, "-F", "raw", above)
    desk.offer(above.read_bytes(), "qcow2", virtual_size=MEBIBYTE)
    assert instance.create() == 1
    assert instance.reason == "The image is not what its format says, or is damaged."
    assert disk.read_bytes() == bytes(8 * MEBIBYTE)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"sha512": "0" * 128}, "The image's bytes are not those that were stored"),
        ({"disk_format": "qcow2"}, "The image is not what its format says"),
        ({"virtual_size": 9 * MEBIBYTE}, "The disk is too small: it has 0.01 GiB"),
        ({"disk_format": "odd"}, "Images in the format odd cannot become disks."),
        ({"sha512": "odd"}, "The cloud's orders for this build cannot be read"),
    ],
)
def test_a_wrong_image_fails_with_a_sentence(
    instance: FakeInstance, desk: FakeDesk, wrong: dict[str, str], reason: str
) -> None:
    instance.add_disk(8)
    desk.offer(IMAGE, **wrong)
    assert instance.create() == 1
    assert instance.reason.startswith(reason)


def test_a_ticket_that_is_worth_nothing_any_more(instance: FakeInstance, desk: FakeDesk) -> None:
    instance.add_disk(8)
    desk.offer(IMAGE)
    desk.status = 404
    assert instance.create() == 1
    assert instance.reason == "The orders for this build are no longer valid."
    assert len(desk.asked) == 1
    assert instance.run("create") == 1
    assert instance.reason.startswith("Nobody has ordered this build")


def test_orders_for_another_instance(instance: FakeInstance, desk: FakeDesk) -> None:
    desk.orders["instance"] = f"{INSTANCE}0"
    assert instance.create() == 1
    assert instance.reason == "The orders are for another build."


def test_the_other_scripts(instance: FakeInstance) -> None:
    assert instance.run("verify", OSP_IMG_ID="image-1", OSP_TICKET="t" * 43) == 0
    assert instance.run("verify", OSP_IMG_ID="$(x)", OSP_TICKET="bad ticket") == 1
    assert "bad ticket" not in instance.said
    assert "ticket has an unusable value" in instance.said
    assert instance.run("rename") == 0
    assert instance.run("export") == 1
    assert "backups of Cyclades" in instance.said
    assert instance.run("import") == 1


def test_what_killed_builds_left_goes_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "another's").mkdir()
    (tmp_path / "cyclades-build-left").mkdir()
    with work_folder(tmp_path) as one, work_folder(tmp_path) as two:
        (two / "image").touch()
        assert {path.name for path in tmp_path.iterdir()} == {"another's", one.name, two.name}
    assert [path.name for path in tmp_path.iterdir()] == ["another's"]
