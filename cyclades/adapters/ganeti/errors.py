"""How a call to RAPI can end badly, beyond what the port names."""

from cyclades.ports.cluster_driver import ClusterUnavailable


class AnswerLost(ClusterUnavailable):
    """The request may have arrived; no answer came that we can trust."""


class NotKnown(Exception):
    """Ganeti itself says 404: there is no such thing."""


class Refused(Exception):
    """Ganeti itself says 4xx: it understood, and did nothing. `str()` is its own text."""


class QueueClosed(ClusterUnavailable):
    """The cluster is well, but its queue is drained or full: no job was made."""
