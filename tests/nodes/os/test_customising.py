"""Inside a guest's file system: what its user asked for, and nothing by any trick."""

import json
import subprocess
from pathlib import Path

import pytest

from tests.nodes.os.conftest import PASSWORD, FakeInstance, in_base64
from tests.nodes.os.desk import FakeDesk
from tests.nodes.os.guests import (
    MEBIBYTE,
    START,
    ask,
    contents,
    disk_image,
    file_system,
    file_system_size,
    is_sound,
    owner,
    said,
    tree,
)

KEYS = ["ssh-ed25519 AAAAC3Nza one@test", "ssh-rsa AAAAB3Nza two@test"]
NETWORKS = {
    "links": [{"id": "tap0", "type": "ovs", "ethernet_mac_address": "aa:00:00:00:00:01"}],
    "networks": [
        {"id": "n0", "link": "tap0", "type": "ipv4_dhcp"},
        {
            "id": "n1",
            "link": "tap0",
            "type": "ipv6",
            "ip_address": "2001:db8::5",
            "netmask": "ffff:ffff:ffff:ffff::",
            "routes": [{"network": "::", "gateway": "2001:db8::1"}],
        },
    ],
    "services": [{"type": "dns", "address": "192.0.2.53"}],
}
FILES = [["/srv/app/settings.ini", in_base64("of the user")], ["/etc/motd", in_base64("hello")]]


def offer(desk: FakeDesk, image: Path, **guest_os: str) -> None:
    desk.offer(image.read_bytes())
    desk.orders |= {
        "customise": True,
        "guest_os": guest_os,
        "metadata": {"uuid": "server-1"},
        "network_data": NETWORKS,
    }


def verifies(hashed: str, password: str = PASSWORD) -> bool:
    _, _, salt, _ = hashed.split("$")
    command = ["openssl", "passwd", "-6", "-salt", salt, "-stdin"]
    done = subprocess.run(command, input=password, text=True, capture_output=True, check=True)
    return done.stdout.strip() == hashed


def test_a_guest_without_cloud_init_is_edited(
    instance: FakeInstance, desk: FakeDesk, tmp_path: Path
) -> None:
    disk = instance.add_disk(200)
    offer(desk, disk_image(tmp_path / "image", tree(tmp_path / "tree")), users="root user")
    assert instance.create(FILES, public_keys=KEYS) == 0, instance.said
    assert is_sound(disk)
    assert contents(disk, "/etc/hostname") == "web1\n"
    assert "127.0.1.1\tweb1\n" in contents(disk, "/etc/hosts")
    assert contents(disk, "/root/.ssh/authorized_keys").splitlines() == KEYS
    assert contents(disk, "/home/user/.ssh/authorized_keys").splitlines() == KEYS
    assert owner(disk, "/home/user/.ssh") == "0700 1000 1000"
    assert owner(disk, "/home/user/.ssh/authorized_keys") == "0600 1000 1000"
    for line in contents(disk, "/etc/shadow").splitlines():
        assert verifies(line.split(":")[1])
    assert contents(disk, "/srv/app/settings.ini") == "of the user"
    assert owner(disk, "/srv/app/settings.ini") == "0600 0 0"
    assert contents(disk, "/etc/resolv.conf") == "nameserver 192.0.2.53\n"
    assert contents(disk, "/etc/machine-id") != f"{'a' * 32}\n"
    assert "ssh_host" not in ask(disk, "ls /etc/ssh")
    assert "ssh-keygen -A" in contents(disk, "/etc/systemd/system/cyclades-ssh-keys.service")
    interfaces = contents(disk, "/etc/network/interfaces.d/cyclades")
    assert "iface eth0 inet dhcp" in interfaces
    assert "    address 2001:db8::5/64\n    gateway 2001:db8::1" in interfaces
    assert "aa:00:00:00:00:01" in contents(disk, "/etc/systemd/network/10-cyclades-eth0.link")
    # The image had 24 MiB; all of the disk is the guest's now.
    assert disk.stat().st_size == 200 * MEBIBYTE
    assert file_system_size(disk) == 197
    assert disk.stat().st_blocks * 512 < 60 * MEBIBYTE
    assert "No errors" in said("sfdisk", "--verify", disk)


def test_a_password_is_taken_as_it_is(
    instance: FakeInstance, desk: FakeDesk, tmp_path: Path
) -> None:
    disk = instance.add_disk(40)
    offer(desk, disk_image(tmp_path / "image", tree(tmp_path / "tree")))
    wanted = '  $(id) "\\ \u00fc:$6$x '
    assert instance.create(admin_password=wanted) == 0, instance.said
    assert verifies(contents(disk, "/etc/shadow").split(":")[1], wanted)


def test_accounts_without_a_line_in_shadow_get_one(
    instance: FakeInstance, desk: FakeDesk, tmp_path: Path
) -> None:
    disk, root = instance.add_disk(40), tree(tmp_path / "tree")
    (root / "etc/shadow").write_text("daemon:*:19000:0:99999:7:::\n")
    offer(desk, disk_image(tmp_path / "image", root))
    assert instance.create() == 0, instance.said
    daemon, made = contents(disk, "/etc/shadow").splitlines()
    assert daemon.startswith("daemon:*:")
    assert made.startswith("root:")
    assert verifies(made.split(":")[1])


def test_a_shadow_that_cannot_be_read_is_not_written_over(
    instance: FakeInstance, desk: FakeDesk, tmp_path: Path
) -> None:
    disk, root = instance.add_disk(40), tree(tmp_path / "tree")
    (root / "etc/shadow").write_text("x" * 5 * MEBIBYTE)
    offer(desk, disk_image(tmp_path / "image", root))
    assert instance.create() == 1
    assert "no usable /etc/shadow" in instance.reason
    assert len(contents(disk, "/etc/shadow")) == 5 * MEBIBYTE


def test_cloud_init_gets_its_seed(instance: FakeInstance, desk: FakeDesk, tmp_path: Path) -> None:
    disk = instance.add_disk(40)
    root = tree(tmp_path / "tree")
    (root / "usr/bin/cloud-init").touch()
    offer(desk, disk_image(tmp_path / "image", root, label="dos"))
    script = "#!/bin/sh\necho of the user\n"
    assert instance.create(FILES, public_keys=KEYS, user_data=in_base64(script)) == 0, instance.said
    seed = "/var/lib/cloud/seed/nocloud"
    about = json.loads(contents(disk, f"{seed}/meta-data"))
    assert about == {"instance-id": "server-1", "local-hostname": "web1", "public-keys": KEYS}
    assert contents(disk, f"{seed}/user-data") == script
    assert owner(disk, f"{seed}/user-data") == "0600 0 0"
    (eth0, servers) = json.loads(contents(disk, f"{seed}/network-config"))["config"]
    assert [subnet["type"] for subnet in eth0["subnets"]] == ["dhcp4", "static6"]
    assert servers["address"] == ["192.0.2.53"]
    # The rest is cloud-init's, but what it cannot know.
    assert contents(disk, "/etc/hostname") == "image\n"
    assert verifies(contents(disk, "/etc/shadow").split(":")[1])
    assert contents(disk, "/etc/motd") == "hello"


def test_a_user_that_cloud_init_makes_gets_the_password(
    instance: FakeInstance, desk: FakeDesk, tmp_path: Path
) -> None:
    disk = instance.add_disk(40)
    root = tree(tmp_path / "tree")
    (root / "usr/bin/cloud-init").touch()
    offer(desk, disk_image(tmp_path / "image", root), users="debian user")
    assert instance.create() == 0, instance.said
    seed = "/var/lib/cloud/seed/nocloud"
    first, _, rest = contents(disk, f"{seed}/vendor-data").partition("\n")
    assert first == "#cloud-config"
    (debian,) = json.loads(rest)["chpasswd"]["users"]
    assert (debian["name"], debian["type"]) == ("debian", "hash")
    assert verifies(debian["password"])
    assert owner(disk, f"{seed}/vendor-data") == "0600 0 0"
    assert verifies(contents(disk, "/etc/shadow").splitlines()[1].split(":")[1])


def test_tasks_that_the_image_excludes_are_left_out(
    instance: FakeInstance, desk: FakeDesk, tmp_path: Path
) -> None:
    disk = instance.add_disk(80)
    excluded = "AssignHostname ChangePassword DeleteSSHKeys FilesystemResizeUnmounted"
    image = disk_image(tmp_path / "image", tree(tmp_path / "tree"))
    offer(desk, image, excluded_tasks=excluded)
    assert instance.create(public_keys=KEYS) == 0, instance.said
    assert contents(disk, "/etc/hostname") == "image\n"
    assert contents(disk, "/etc/shadow").startswith("root:*:")
    assert "ssh_host_rsa_key" in ask(disk, "ls /etc/ssh")
    assert contents(disk, "/root/.ssh/authorized_keys").splitlines() == KEYS
    assert file_system_size(disk) == 21


def test_links_in_the_guest_lead_nowhere_but_inside(
    instance: FakeInstance, desk: FakeDesk, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    root = tree(tmp_path / "tree")
    (root / "srv").symlink_to(f"../../../../..{outside}")
    (root / "loop").symlink_to("loop")
    (root / "etc/hostname").unlink()
    (root / "etc/hostname").symlink_to(outside / "hostname")
    disk = instance.add_disk(40)
    offer(desk, disk_image(tmp_path / "image", root))
    assert instance.create([["/srv/<2>", in_base64("of the user")]]) == 0, instance.said
    assert list(outside.iterdir()) == []
    assert contents(disk, f"{outside}/<2>") == "of the user"
    assert contents(disk, f"{outside}/hostname") == "web1\n"
    assert is_sound(disk)
    assert instance.create([["/loop/x", in_base64("x")]]) == 1
    assert "lead round in circles" in instance.reason


def test_a_boot_partition_is_not_taken_for_the_root(
    instance: FakeInstance, desk: FakeDesk, tmp_path: Path
) -> None:
    disk, boot = instance.add_disk(60), tmp_path / "boot"
    boot.mkdir()
    (boot / "vmlinuz").touch()
    image = disk_image(tmp_path / "image", boot)
    with image.open("r+b") as file:
        file.truncate(50 * MEBIBYTE)
    said("sfdisk", "-q", "--delete", image)
    table = f"start={START // 512}, size=43008\nsize=+\n"
    subprocess.run(["sfdisk", "-q", "--wipe=never", str(image)], input=table, text=True, check=True)
    offer(desk, image)
    assert instance.create() == 0, instance.said
    assert "configures itself" in instance.said
    assert "etc" not in ask(disk, "ls /")


@pytest.mark.parametrize(
    "path", ["etc/x", "/etc/../x", "/proc/x", "//dev/x", "/x\n", "/x/", "/", f"/{'x' * 256}"]
)
def test_paths_that_are_none_are_refused(instance: FakeInstance, desk: FakeDesk, path: str) -> None:
    assert instance.create([[path, in_base64("x")]]) == 1
    assert instance.reason == "A file was to be put where no file of a server can be."
    assert desk.asked == []


def test_a_file_system_on_the_whole_disk_grows(
    instance: FakeInstance, desk: FakeDesk, tmp_path: Path
) -> None:
    disk, image = instance.add_disk(64), tmp_path / "image"
    image.touch()
    file_system(image, tree(tmp_path / "tree"), 16, 0)
    offer(desk, image)
    assert instance.create() == 0, instance.said
    assert is_sound(disk, 0)
    assert contents(disk, "/etc/hostname", 0) == "web1\n"
    assert file_system_size(disk, 0) == 64
    assert disk.stat().st_size == 64 * MEBIBYTE


def test_a_damaged_file_system_fails_cleanly(
    instance: FakeInstance, desk: FakeDesk, tmp_path: Path
) -> None:
    instance.add_disk(40)
    image = disk_image(tmp_path / "image", tree(tmp_path / "tree"))
    with image.open("r+b") as file:
        file.seek(START + 2048)
        file.write(b"\xff" * 64 * 1024)
    offer(desk, image)
    assert instance.create() == 1
    assert instance.reason == "The image's file system is damaged."


@pytest.mark.parametrize(
    ("cloud_init", "files", "config_drive", "code"),
    [
        ("", None, False, 0),
        ("yes", FILES, False, 1),
        ("yes", FILES, True, 0),
        ("no", None, True, 1),
    ],
)
def test_file_systems_that_cannot_be_edited(
    instance: FakeInstance,
    desk: FakeDesk,
    cloud_init: str,
    files: list[list[str]] | None,
    config_drive: bool,
    code: int,
) -> None:
    instance.add_disk(4)
    instance.add_disk(64)
    desk.offer(b"XFSB".ljust(MEBIBYTE, b"\0"))
    guest_os = {"cloud_init": cloud_init}
    desk.orders |= {"customise": True, "config_drive": config_drive, "guest_os": guest_os}
    assert instance.create(files) == code, instance.said
    if code:
        assert "is not ext2, ext3 or ext4" in instance.reason
