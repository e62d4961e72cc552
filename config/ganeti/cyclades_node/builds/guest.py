"""What the user wants inside: secrets that Ganeti hands over without keeping them."""

from __future__ import annotations

import base64
import json
from typing import Any, NamedTuple

from cyclades_node.builds.trouble import BuildFailed

LONGEST_PATH = 4096
LONGEST_NAME = 255
FORBIDDEN = frozenset({"proc", "sys", "dev"})  # the kernel's, not the disk's


class Guest(NamedTuple):
    """`user_data` and the contents of `files` (pairs of path and contents) are bytes."""

    hostname: str = ""
    admin_password: str = ""
    public_keys: tuple[str, ...] = ()
    user_data: bytes = b""
    files: tuple[tuple[str, bytes], ...] = ()

    @property
    def wants_anything(self) -> bool:
        """Whether there is something that must get into the disk."""
        return bool(self.admin_password or self.public_keys or self.user_data or self.files)


def read_guest(guest: str, files: str) -> Guest:
    """Both are JSON, or empty. Raises BuildFailed."""
    try:
        said = json.loads(guest) if guest else {}
        more = json.loads(files) if files else []
        return Guest(
            str(said.get("hostname") or ""),
            _one_line(said.get("admin_password") or ""),
            tuple(_one_line(str(key).strip()) for key in said.get("public_keys") or ()),
            base64.b64decode(said.get("user_data") or "", validate=True),
            tuple(_file(each) for each in [*(said.get("personality") or ()), *more]),
        )
    except (ValueError, TypeError, AttributeError) as error:
        # What is in there stays out of every message.
        raise BuildFailed("What the server was to contain cannot be read.") from error


def _one_line(text: Any) -> str:
    line = str(text)
    if any(not char.isprintable() and char != "\t" for char in line):
        raise ValueError
    return line


def _file(said: Any) -> tuple[str, bytes]:
    path, contents = said
    return path_of(str(path)), base64.b64decode(contents, validate=True)


def path_of(path: str) -> str:
    """The path, if a file may be put there. Raises BuildFailed."""
    parts = path.split("/")
    if (
        not path.startswith("/")
        or path.endswith("/")
        or len(path.encode()) > LONGEST_PATH
        or any(part in {".", ".."} or len(part.encode()) > LONGEST_NAME for part in parts)
        or not path.isprintable()
        or next(filter(None, parts)) in FORBIDDEN
    ):
        raise BuildFailed("A file was to be put where no file of a server can be.")
    return "/" + "/".join(filter(None, parts))
