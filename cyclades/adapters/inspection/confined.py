"""Runs a program within limits; nothing of ours is left in its process.

python -m cyclades.adapters.inspection.confined SECONDS MEMORY FILE-SIZE PROGRAM ARGUMENT...
"""

import os
import sys

from cyclades.adapters.inspection.limits import confine

FILES = 64


def main() -> None:
    """Confine, then become the program."""
    seconds, memory, file_size, program, *arguments = sys.argv[1:]
    confine(seconds=int(seconds), memory=int(memory), file_size=int(file_size), files=FILES)
    os.execve(program, [program, *arguments], {"PATH": os.defpath, "LC_ALL": "C"})  # noqa: S606 - the limits stay


if __name__ == "__main__":
    main()
