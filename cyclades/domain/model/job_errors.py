"""What a user reads when a job failed.

A cluster's own words name nodes, paths and other people's instances, so users get a
sentence of ours, by the cluster's error code. The words themselves stay in the report.
Our own OS definition's last line is written for users, though.
"""

import re
from collections.abc import Mapping
from typing import Final

from cyclades.domain.model.reports import JobOutcome, JobReport

CANCELED: Final = "An administrator canceled the operation before it started."
OVERTAKEN: Final = "The server was deleted before this began."
UNEXPLAINED: Final = "The operation failed in the cluster."
SENTENCES: Final[Mapping[str, str]] = {
    "already_exists": "Something of the same name is already in the cluster.",
    "environment_error": "The cluster is not equipped for what was asked.",
    "insufficient_resources": "The cluster has not enough room for this now.",
    "internal_error": "The cluster failed internally.",
    "resolver_error": "The cluster could not resolve a name.",
    "resource_not_unique": "An address or name that was asked for is in use in the cluster.",
    "temp_insufficient_resources": "The cluster was too busy for this; trying again may help.",
    "unknown_entity": "The cluster does not know what the operation was about.",
    "wrong_input": "The cluster did not accept what was asked.",
    "wrong_state": "The cluster could not do this in the state things are in.",
}

# Source: `SAYS` in config/ganeti/cyclades_node/builds/create.py.
BUILD_SAYS: Final = re.compile(r"^cyclades-image: ([^\n]{1,400})$", re.MULTILINE)
# Source: `MOVED` in config/ganeti/cyclades_node/builds/pausing.py.
MOVED_AWAY: Final = (
    "The server has moved or stopped since its disk was looked for: please try again."
)
MOVED: Final = "moved"


def answer(report: JobReport) -> str:
    """Its cluster's error code, or what our own OS definition means."""
    if MOVED_AWAY in BUILD_SAYS.findall(report.message):
        return MOVED
    return report.error_code or ""


def user_sentence(report: JobReport) -> str:
    """Why the job failed, fit for users; empty when it did not fail."""
    if report.outcome is JobOutcome.CANCELED:
        return CANCELED
    if report.outcome is not JobOutcome.ERROR:
        return ""
    if said := BUILD_SAYS.findall(report.message):
        return str(said[-1])
    return SENTENCES.get(report.error_code or "", UNEXPLAINED)
