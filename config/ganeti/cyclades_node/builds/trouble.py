"""Why a build ends without a server, in words for its user."""

from __future__ import annotations


class BuildFailed(Exception):
    """The message is one sentence that names no path, node or secret."""
