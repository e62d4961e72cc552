"""`cyclades-image VERB`: the scripts of the OS definition that do something, and our own helper."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from cyclades_node.builds import create
from cyclades_node.builds.instance import wrong_parameters
from cyclades_node.builds.pausing import keep_paused


def main() -> int:
    """The verb's exit code."""
    verbs = {"create": create.main, "verify": verify}
    chosen = sys.argv[1:]
    if chosen[:1] == ["pause"] and len(chosen) == 2:  # noqa: PLR2004  the verb and its socket
        return keep_paused(Path(chosen[1]))
    if len(chosen) != 1 or chosen[0] not in verbs:
        print(f"usage: cyclades-image {'|'.join(verbs)}", file=sys.stderr)
        return 2
    return verbs[chosen[0]]()


def verify() -> int:
    """0 when the parameters can be what they are called."""
    wrong = wrong_parameters(os.environ)
    for each in wrong:
        print(f"cyclades-image: {each}", file=sys.stderr)
    return 1 if wrong else 0
