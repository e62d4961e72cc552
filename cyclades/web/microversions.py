"""Microversions: what a client asks for, and what each service claims.

Source: the API SIG's microversion specification and the compute API's version history.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple


class Microversion(NamedTuple):
    """2.79 is (2, 79): compares as numbers."""

    major: int
    minor: int

    def __str__(self) -> str:
        """As in headers."""
        return f"{self.major}.{self.minor}"


class ServiceVersions(NamedTuple):
    """One service's range and the headers that speak of it."""

    service: str
    minimum: Microversion
    maximum: Microversion
    legacy_header: str | None = None


COMPUTE = ServiceVersions(
    "compute", Microversion(2, 1), Microversion(2, 96), "X-OpenStack-Nova-API-Version"
)
VOLUME = ServiceVersions("volume", Microversion(3, 0), Microversion(3, 71))
BY_PREFIX: Mapping[str, ServiceVersions] = {"compute": COMPUTE, "volume": VOLUME}
MAIN_HEADER = "OpenStack-API-Version"
SHAPE = re.compile(r"([1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})", re.ASCII)


class MalformedVersion(ValueError):
    """The header is no version: 400."""


class UnsupportedVersion(ValueError):
    """A version we do not have: 406."""


def versions_of(path: str) -> ServiceVersions | None:
    """The microversioned service that serves this path, if any."""
    return BY_PREFIX.get(path.split("/", 2)[1] if path.startswith("/") else "")


def negotiate(versions: ServiceVersions, headers: Mapping[str, str]) -> Microversion:
    """The version this request is answered in.

    Raises MalformedVersion, UnsupportedVersion.
    """
    wanted = _wanted(versions, headers)
    if wanted is None:
        return versions.minimum
    if wanted == "latest":
        return versions.maximum
    match = SHAPE.fullmatch(wanted)
    if match is None:
        raise MalformedVersion(
            f"API Version String {wanted[:40]} is of invalid format. Must be of format "
            "MajorNum.MinorNum."
        )
    version = Microversion(int(match[1]), int(match[2]))
    if not versions.minimum <= version <= versions.maximum:
        raise UnsupportedVersion(
            f"Version {version} is not supported by the API. Minimum is "
            f"{versions.minimum} and maximum is {versions.maximum}."
        )
    return version


def _wanted(versions: ServiceVersions, headers: Mapping[str, str]) -> str | None:
    # Both headers may be sent; the current one wins. It may name several services.
    for part in headers.get(MAIN_HEADER, "").split(","):
        service, _, version = part.strip().partition(" ")
        if service.lower() == versions.service:
            return version.strip().lower()
    if versions.legacy_header:
        legacy = headers.get(versions.legacy_header)
        if legacy is not None:
            return legacy.strip().lower()
    return None


def answer_headers(versions: ServiceVersions, version: Microversion) -> dict[str, str]:
    """What every answer says about versions."""
    named = [MAIN_HEADER]
    headers = {MAIN_HEADER: f"{versions.service} {version}"}
    if versions.legacy_header:
        headers[versions.legacy_header] = str(version)
        named.append(versions.legacy_header)
    headers["Vary"] = ", ".join(named)
    return headers
