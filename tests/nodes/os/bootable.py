"""A small Debian that boots by itself: its kernel, busybox, a boot loader, a root on ext4.

What it does not have is systemd and cloud-init: a guest of busybox alone, made in a second.
"""

import gzip
import shutil
import subprocess
from pathlib import Path

from tests.nodes.os.guests import CLEAN, MEBIBYTE, said

BOOT_AT, ROOT_AT = 1 * MEBIBYTE, 65 * MEBIBYTE
ROOT_MEBIBYTES = 24
BUSYBOX = Path("/bin/busybox")
LOADER = Path("/usr/lib/syslinux/mbr/mbr.bin")
LINKS = ("sh", "init", "getty", "login", "mount", "hostname", "df", "cat", "poweroff", "grep")
MODULES = (
    *("virtio_ring.ko", "virtio.ko", "virtio_pci_legacy_dev.ko", "virtio_pci_modern_dev.ko"),
    *("virtio_pci.ko", "virtio_blk.ko"),
)
START = """\
#!/bin/sh
mount -t devtmpfs dev /dev
for module in {modules}; do insmod /modules/$module; done
n=0
until [ -b /dev/vda2 ] || [ $n = 50 ]; do n=$((n+1)); usleep 100000; done
mount -t ext4 /dev/vda2 /root
exec switch_root /root /bin/init
"""
TABLE = """\
::sysinit:/etc/rcS
ttyS0::respawn:/bin/getty -L 115200 ttyS0 vt100
::shutdown:/bin/sync
"""
RCS = """\
#!/bin/sh
mount -t proc proc /proc
mount -t devtmpfs dev /dev
hostname -F /etc/hostname
"""
CONFIG = """\
SERIAL 0 115200
DEFAULT linux
LABEL linux
  KERNEL /linux
  INITRD /initrd
  APPEND console=ttyS0 quiet panic=1
"""


def bootable_image(folder: Path) -> Path:
    """A raw image whose master boot record finds a kernel that mounts its second partition."""
    image = folder / "bootable"
    with image.open("wb") as file:
        file.write(LOADER.read_bytes())
        file.truncate(ROOT_AT + ROOT_MEBIBYTES * MEBIBYTE)
    table = "label: dos\nstart=2048, size=131072, type=6, bootable\nstart=133120, type=83\n"
    command = ["sfdisk", "-q", "--wipe", "never", str(image)]
    subprocess.run(command, input=table, text=True, check=True, env=CLEAN)
    root = _root(folder / "root")
    where = ("-E", f"offset={ROOT_AT},root_owner=0:0")
    said("mke2fs", "-q", "-F", "-t", "ext4", "-d", root, *where, image, f"{ROOT_MEBIBYTES}m")
    _boot_partition(image, folder)
    return image


def _boot_partition(image: Path, folder: Path) -> None:
    boot = f"{image}@@{BOOT_AT}"
    said("mkfs.vfat", "-F", "16", "--offset", str(BOOT_AT // 512), image, str(64 * 1024))
    (folder / "syslinux.cfg").write_text(CONFIG)
    (kernel,) = Path("/boot").glob("vmlinuz-*-cloud-amd64")
    initrd = _initrd(folder / "initramfs", kernel.name.removeprefix("vmlinuz-"))
    (folder / "initrd").write_bytes(initrd)
    for source, target in (
        (folder / "syslinux.cfg", "syslinux.cfg"),
        (kernel, "linux"),
        (folder / "initrd", "initrd"),
    ):
        said("mcopy", "-i", boot, source, f"::{target}")
    said("syslinux", "--install", "--offset", str(BOOT_AT), image)


def _initrd(root: Path, version: str) -> bytes:
    (root / "bin").mkdir(parents=True)
    for name in ("dev", "root", "modules"):
        (root / name).mkdir()
    shutil.copy(BUSYBOX, root / "bin" / "busybox")
    for name in ("sh", "mount", "insmod", "switch_root", "usleep"):
        (root / "bin" / name).symlink_to("busybox")
    for module in MODULES:
        (found,) = Path("/lib/modules", version).rglob(module)
        shutil.copy(found, root / "modules" / module)
    (root / "init").write_text(START.format(modules=" ".join(MODULES)))
    (root / "init").chmod(0o755)
    names = "\n".join(str(path.relative_to(root)) for path in sorted(root.rglob("*")))
    packed = subprocess.run(
        ["cpio", "-o", "-H", "newc", "--quiet"],
        input=names.encode(),
        capture_output=True,
        cwd=root,
        check=True,
    )
    return gzip.compress(packed.stdout, 1)


def _root(root: Path) -> Path:
    for name in ("bin", "dev", "etc", "proc", "root", "tmp"):
        (root / name).mkdir(parents=True)
    shutil.copy(BUSYBOX, root / "bin" / "busybox")
    for name in LINKS:
        (root / "bin" / name).symlink_to("busybox")
    for name, contents in {
        "hostname": "image\n",
        "inittab": TABLE,
        "passwd": "root:x:0:0:root:/root:/bin/sh\n",
        "shadow": "root:*:19000:0:99999:7:::\n",
        "rcS": RCS,
    }.items():
        (root / "etc" / name).write_text(contents)
    (root / "etc" / "rcS").chmod(0o755)
    return root
