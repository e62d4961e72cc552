"""What this process has answered, for /metrics."""

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector

TRAFFIC = CollectorRegistry()
ProcessCollector(registry=TRAFFIC)
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
# Whatever else a client calls its method must not make a series of its own.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
REQUESTS = Counter(
    "cyclades_requests",
    "Requests that this process has answered.",
    ("method", "status"),
    registry=TRAFFIC,
)
SECONDS = Histogram(
    "cyclades_request_seconds",
    "How long answers of this process took.",
    ("method",),
    registry=TRAFFIC,
    buckets=BUCKETS,
)


def count(method: str, status: int, seconds: float) -> None:
    """One request was answered."""
    known = method if method in METHODS else "other"
    REQUESTS.labels(known, str(status)).inc()
    SECONDS.labels(known).observe(seconds)
