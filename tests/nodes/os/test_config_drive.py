"""A config drive as cloud-init and cloudbase-init look for one."""

import json
from pathlib import Path

import pytest

from tests.nodes.os.conftest import PASSWORD, FakeInstance, in_base64
from tests.nodes.os.desk import FakeDesk
from tests.nodes.os.guests import MEBIBYTE, disk_image, said, tree

FILES = [["/etc/x", in_base64("of the user")]]
ABOUT = {"uuid": "server-1", "hostname": "web1.cloud", "public_keys": {"mine": "ssh-rsa AAAA"}}


@pytest.mark.parametrize("editable", [True, False])
def test_it_tells_the_guest_about_itself(
    instance: FakeInstance, desk: FakeDesk, tmp_path: Path, editable: bool
) -> None:
    instance.add_disk(24)
    drive = instance.add_disk(64)
    drive.write_bytes(b"of the one before".ljust(64 * MEBIBYTE, b"x"))
    image = bytes(MEBIBYTE)
    if editable:
        image = disk_image(tmp_path / "image", tree(tmp_path / "tree")).read_bytes()
    desk.offer(image)
    desk.orders |= {"customise": True, "config_drive": True, "metadata": ABOUT}
    desk.orders["network_data"] = {"links": [], "networks": [], "services": []}
    assert instance.create(FILES, user_data=in_base64("#!/bin/sh\n")) == 0, instance.said

    def read(path: str) -> str:
        return said("mtype", "-i", drive, f"::{path}")

    assert "config-2" in said("mlabel", "-s", "-i", drive, "::")
    for version in ("latest", "2018-08-27"):
        about = json.loads(read(f"openstack/{version}/meta_data.json"))
        assert about["uuid"] == "server-1"
        assert read(f"openstack/{version}/user_data") == "#!/bin/sh\n"
        assert json.loads(read(f"openstack/{version}/network_data.json"))["links"] == []
        assert json.loads(read(f"openstack/{version}/vendor_data.json")) == {}
        # What is in the guest's file system already is told nobody else.
        assert ("admin_pass" in about, "files" in about) == (not editable, not editable)
    assert json.loads(read("ec2/latest/meta-data.json"))["local-hostname"] == "web1.cloud"
    if not editable:
        assert about["admin_pass"] == PASSWORD
        assert read(f"openstack{about['files'][0]['content_path']}") == "of the user"
    assert b"of the one before" not in drive.read_bytes()


def test_without_a_disk_for_it_the_build_fails(instance: FakeInstance, desk: FakeDesk) -> None:
    instance.add_disk(4)
    desk.offer(bytes(MEBIBYTE))
    desk.orders["config_drive"] = True
    assert instance.create() == 1
    assert instance.reason == "The server has no disk for its config drive."


def test_a_server_whose_disks_come_later_has_it_alone(
    instance: FakeInstance, desk: FakeDesk
) -> None:
    drive = instance.add_disk(64)
    desk.orders |= {"config_drive": True, "metadata": ABOUT}
    assert instance.create() == 0, instance.said
    assert "config-2" in said("mlabel", "-s", "-i", drive, "::")
