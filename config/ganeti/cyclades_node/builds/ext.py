"""An ext2, ext3 or ext4 file system on a disk, read and changed without ever being mounted.

debugfs does it, in a process of its own with limits: a file system made to break its reader breaks
that. Symbolic links are followed here, one by one, and lead nowhere but inside the file system.
"""

from __future__ import annotations

import re
import stat
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from cyclades_node.builds.tools import ToolFailed, private_file, run
from cyclades_node.builds.trouble import BuildFailed

ROOT = 2  # its folder's inode
MOST_LINKS = 40
PATIENCE = 120.0  # seconds for one question or change
MOST_READ = 4 * 2**20  # bytes of a file
SHORT_LINK = 60  # a target shorter than this lies in the inode
BANNER = re.compile(r"debugfs \d\S* \([^)]*\)")
TARGET = re.compile(r'^Fast link dest: "(.*)"$', re.MULTILINE | re.DOTALL)
FULL = "The image's file system could not take what the server was to contain."


class Entry(NamedTuple):
    """What a folder has under a name."""

    inode: int
    mode: int
    uid: int
    gid: int
    size: int


class Place(NamedTuple):
    """Where a path leads: a name in a folder (its inode), and what is there, if anything."""

    folder: int
    name: str
    entry: Entry | None


class Ext:
    """Raises BuildFailed wherever the file system does not do what it is told."""

    def __init__(self, path: str, start: int) -> None:
        """It begins `start` bytes into the disk at `path`."""
        self._path = path
        self._device = f"{path}?offset={start}"
        self._seen: dict[int, dict[str, Entry]] = {}  # folders, until something changes

    def entry(self, path: str) -> Entry | None:
        """What is there, links followed."""
        place = self._find(path)
        return place.entry if place else None

    def exists(self, path: str) -> bool:
        """Whether something is there."""
        return self.entry(path) is not None

    def read(self, path: str) -> bytes | None:
        """A plain file's contents; None where there is none, or one that is too large."""
        entry = self.entry(path)
        if entry is None or not stat.S_ISREG(entry.mode) or entry.size > MOST_READ:
            return None
        return self._contents(entry)

    def is_link(self, path: str) -> bool:
        """Whether the last name of the path is a symbolic link."""
        above, _, name = path.rpartition("/")
        entry = self.names(above or "/").get(name)
        return entry is not None and stat.S_ISLNK(entry.mode)

    def names(self, folder: str) -> dict[str, Entry]:
        """What is in a folder; nothing where there is none."""
        inode = self._folder(folder)
        return self._entries(inode) if inode else {}

    def write(
        self, path: str, contents: bytes, mode: int = 0o644, uid: int = 0, gid: int = 0
    ) -> None:
        """Put a file there, instead of one that is; folders above are made."""
        place = self._find(path, make=True)
        if place is None or not place.name:
            raise BuildFailed("A file was to be put where the image has a folder.")
        if place.entry is not None and not stat.S_ISREG(place.entry.mode):
            raise BuildFailed("A file was to be put where the image has something else.")
        name = quote(f"./{place.name}")
        commands = [] if place.entry is None else [f"rm {name}"]
        with private_file(contents) as file:
            commands.append(f"write /proc/self/fd/{file} {quote(place.name)}")
            commands += _owned(name, stat.S_IFREG | mode, uid, gid)
            self._change(place.folder, commands, file)
        made = self._entries(place.folder).get(place.name)
        if made is None or made.size != len(contents):
            raise BuildFailed(FULL)

    def make_folder(self, path: str, mode: int = 0o755, uid: int = 0, gid: int = 0) -> None:
        """And those above it, which are root's; one that is there stays as it is."""
        if self._folder(path):
            return
        place = self._find(path, make=True)
        if place is None or place.entry is not None:
            raise BuildFailed("A folder was to be made where the image has something else.")
        self._make(place.folder, place.name, mode, uid, gid)

    def link(self, path: str, target: str) -> None:
        """Make a symbolic link, unless something is there."""
        above, _, name = path.rpartition("/")
        self.make_folder(above)
        folder = self._folder(above)
        if folder and name not in self._entries(folder):
            self._change(folder, [f"symlink {quote(name)} {quote(target)}"])

    def remove(self, folder: str, name: str) -> None:
        """Remove a file or a link from a folder."""
        inode = self._folder(folder)
        if inode:
            self._change(inode, [f"rm {quote(f'./{name}')}"])

    def _folder(self, path: str) -> int | None:
        """Its inode, if it is one."""
        place = self._find(path)
        if place is None:
            return None
        if not place.name:
            return place.folder
        entry = place.entry
        return entry.inode if entry is not None and stat.S_ISDIR(entry.mode) else None

    def _find(self, path: str, *, make: bool = False) -> Place | None:
        """None where a folder on the way is missing, unless it is to be made."""
        parts, folders, links = deque(path.split("/")), [ROOT], 0
        while parts:
            part = parts.popleft()
            if part in {"", "."}:
                continue
            if part == "..":
                folders = folders[:-1] or [ROOT]
                continue
            entry = self._entries(folders[-1]).get(part)
            if entry is not None and stat.S_ISLNK(entry.mode):
                links += 1
                if links > MOST_LINKS:
                    raise BuildFailed("The image's symbolic links lead round in circles.")
                target = self._target(entry)
                folders = [ROOT] if target.startswith("/") else folders
                parts.extendleft(reversed(target.split("/")))
            elif not any(parts):
                return Place(folders[-1], part, entry)
            elif entry is None and make:
                folders.append(self._make(folders[-1], part, 0o755, 0, 0))
            elif entry is None or not stat.S_ISDIR(entry.mode):
                return None
            else:
                folders.append(entry.inode)
        return Place(folders[-1], "", None)

    def _entries(self, inode: int) -> dict[str, Entry]:
        if inode in self._seen:
            return self._seen[inode]
        found = {}
        for line in self._ask(f"ls -p <{inode}>").decode(errors="surrogateescape").splitlines():
            parts = line.split("/")
            if len(parts) == 8 and parts[1].isdigit():  # noqa: PLR2004  /inode/mode/.../size/
                size = int(parts[6]) if parts[6].isdigit() else 0
                numbers = (int(parts[1]), int(parts[2], 8), int(parts[3]), int(parts[4]), size)
                found[parts[5]] = Entry(*numbers)
        self._seen[inode] = found
        return found

    def _contents(self, entry: Entry) -> bytes:
        return self._ask(f"cat <{entry.inode}>")

    def _target(self, link: Entry) -> str:
        if link.size >= SHORT_LINK:
            return self._contents(link).decode(errors="surrogateescape")
        said = self._ask(f"stat <{link.inode}>").decode(errors="surrogateescape")
        found = TARGET.search(said)
        return found[1] if found else ""

    def _make(self, folder: int, name: str, mode: int, uid: int, gid: int) -> int:
        owned = _owned(quote(f"./{name}"), stat.S_IFDIR | mode, uid, gid)
        self._change(folder, [f"mkdir {quote(name)}", *owned])
        made = self._entries(folder).get(name)
        if made is None:
            raise BuildFailed(FULL)
        return made.inode

    def _ask(self, question: str) -> bytes:
        return self._debugfs(("-R", question))

    def _change(self, folder: int, commands: list[str], *files: int) -> None:
        """One after the other, in this folder."""
        self._seen.pop(folder, None)
        text = "".join(f"{each}\n" for each in [f"cd <{folder}>", *commands])
        with private_file(text.encode(errors="surrogateescape")) as script:
            how = ("-w", "-f", f"/proc/self/fd/{script}")
            self._debugfs(how, script, *files, writes=[self._path])

    def _debugfs(self, how: tuple[str, ...], *files: int, writes: Sequence[str] = ()) -> bytes:
        try:
            done = run("debugfs", *how, self._device, files=files, writes=writes, patience=PATIENCE)
        except ToolFailed as error:
            print(error)
            raise BuildFailed(FULL) from error
        # It tells of failures by words alone.
        if trouble := BANNER.sub("", done.err).strip():
            print(f"debugfs: {trouble[:500]}")
            raise BuildFailed(FULL)
        return done.out


def _owned(name: str, mode: int, uid: int, gid: int) -> list[str]:
    wanted = {"mode": f"0{mode:o}", "uid": str(uid), "gid": str(gid)}
    return [f"sif {name} {field} {value}" for field, value in wanted.items()]


def quote(word: str) -> str:
    """One argument of debugfs: with "./" before it, a name is never taken for an inode's number.

    Raises BuildFailed for what cannot be.
    """
    if not word.isprintable():
        raise BuildFailed("A file was to have a name that cannot be written.")
    return '"' + word.replace('"', '""') + '"'
