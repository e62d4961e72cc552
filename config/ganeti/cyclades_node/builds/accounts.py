"""Accounts inside a guest: passwords and keys. Source: man 5 passwd, shadow; man 8 sshd."""

from __future__ import annotations

import time
from typing import NamedTuple

from cyclades_node.builds.ext import Ext
from cyclades_node.builds.tools import ToolFailed, run
from cyclades_node.builds.trouble import BuildFailed

DAY = 86400  # seconds
PASSWD, SHADOW = "/etc/passwd", "/etc/shadow"


class Account(NamedTuple):
    """A line of /etc/passwd."""

    name: str
    uid: int
    gid: int
    home: str


def accounts(system: Ext, names: tuple[str, ...]) -> list[Account]:
    """Those of `names` that there are."""
    found = []
    for line in _lines(system.read(PASSWD)):
        parts = line.split(":")
        if parts[0] in names and len(parts) > 5 and parts[2].isdigit() and parts[3].isdigit():  # noqa: PLR2004  name:password:uid:gid:comment:home
            found.append(Account(parts[0], int(parts[2]), int(parts[3]), parts[5] or "/"))
    return found


def set_password(system: Ext, names: list[str], password: str) -> None:
    """They can log in with it. Raises BuildFailed."""
    hashed = hash_of(password)
    today = str(int(time.time()) // DAY)
    before = system.read(SHADOW)
    if before is None and system.exists(SHADOW):
        raise BuildFailed("The password could not be set: the image has no usable /etc/shadow.")
    lines = []
    for line in _lines(before):
        parts = line.split(":")
        if parts[0] in names and len(parts) > 2:  # noqa: PLR2004  name:hash:day of change
            parts[1:3] = [hashed, today]
        lines.append(":".join(parts))
    known = {line.split(":")[0] for line in lines}
    lines += [f"{name}:{hashed}:{today}:0:99999:7:::" for name in names if name not in known]
    replace(system, SHADOW, _text(lines), 0o640)


def hash_of(password: str) -> str:
    """As it stands in /etc/shadow. Raises BuildFailed."""
    try:
        done = run("openssl", "passwd", "-6", "-stdin", fed=password.encode() + b"\n")
    except ToolFailed as error:
        raise BuildFailed("The password could not be set.") from error
    return done.out.decode().strip()


def add_keys(system: Ext, account: Account, keys: tuple[str, ...]) -> None:
    """They open the account; those that were there stay. Raises BuildFailed."""
    folder = f"{account.home.rstrip('/')}/.ssh"
    path = f"{folder}/authorized_keys"
    lines = _lines(system.read(path))
    lines += [key for key in keys if key not in lines]
    system.make_folder(folder, 0o700, account.uid, account.gid)
    system.write(path, _text(lines), 0o600, account.uid, account.gid)


def replace(system: Ext, path: str, contents: bytes, mode: int) -> None:
    """Other contents for a file; owner and mode stay, where it is there."""
    before = system.entry(path)
    if before is None:
        system.write(path, contents, mode)
    else:
        system.write(path, contents, before.mode & 0o7777, before.uid, before.gid)


def _lines(contents: bytes | None) -> list[str]:
    # Not splitlines(): lines of these files end with this and nothing else.
    return (contents or b"").decode(errors="surrogateescape").rstrip("\n").split("\n")


def _text(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines if line).encode(errors="surrogateescape")
