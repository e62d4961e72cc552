"""Files that users put into new servers: where they may go, and how much they may hold.

The OS definition looks at each path again, and at what is on the disk where it leads: no
link takes it elsewhere.
"""

import base64
import binascii
import posixpath
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from cyclades.domain.model.errors import Forbidden, InvalidInput

MOST_FILES = 5
MOST_FILE_BYTES = 10240  # of contents, decoded
MOST_PATH_BYTES = 255
KERNELS_OWN = ("proc", "sys", "dev")  # no file there lies on a disk

# What is wrong with a path, and whether it is.
WRONG: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "is not absolute": lambda path: not path.startswith("/"),
        "has characters that cannot be printed": lambda path: not path.isprintable(),
        "is no path in its shortest form": lambda path: posixpath.normpath(path) != path,
        "begins with two slashes": lambda path: path.startswith("//"),
        "names no file": lambda path: path == "/",
        "is not kept on a disk": lambda path: path.split("/")[1] in KERNELS_OWN,
        f"has more than {MOST_PATH_BYTES} bytes": lambda path: len(path.encode()) > MOST_PATH_BYTES,
    }
)


def personality(files: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """These files (path, contents in base64), if servers may have them all.

    Raises InvalidInput for what makes no sense, Forbidden for what is too much.
    """
    if len(files) > MOST_FILES:
        raise Forbidden("Personality file limit exceeded")
    for path, contents in files:
        for what, wrong in WRONG.items():
            if wrong(path):
                raise InvalidInput(f"Path {path[:80]!r} {what}.", "server.personality")
        if len(_decoded(contents)) > MOST_FILE_BYTES:
            raise Forbidden("Personality file content too long")
    if len({path for path, _ in files}) < len(files):
        raise InvalidInput("Two files have the same path.", "server.personality")
    return tuple(files)


def _decoded(contents: str) -> bytes:
    try:
        return base64.b64decode(contents.encode(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInput("Contents must be base64.", "server.personality") from error
