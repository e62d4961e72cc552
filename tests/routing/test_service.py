"""The systemd unit of gateway hosts gives the worker what it needs."""

import configparser
from dataclasses import replace
from pathlib import Path

import pytest

from cyclades.domain.model.router_state import Advertisement
from tests.routing.fixtures import Site
from tests.routing.remote import RemoteDriver
from tests.routing.states import FLOATING, INSIDE, WEB, router

pytestmark = pytest.mark.namespaces
UNIT = Path(__file__).parents[2] / "config/deploy/cyclades-router.service"


@pytest.fixture
def service() -> configparser.SectionProxy:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign] # as the library documents
    unit.read(UNIT)
    return unit["Service"]


def test_its_capabilities_suffice(
    site: Site, empty_gateway: RemoteDriver, service: configparser.SectionProxy
) -> None:
    words = service["CapabilityBoundingSet"].lower().split()
    kept = ",".join(word.replace("cap_", "+") for word in words)
    driver = RemoteDriver(site.world, "setpriv", f"--bounding-set=-all,{kept}", "--no-new-privs")
    said = Advertisement("2001:db8:a:1::/64", "slaac", "slaac", ())
    inside = replace(
        INSIDE, addresses=(*INSIDE.addresses, "2001:db8:a:1::1/64"), advertised=(said,)
    )
    try:
        for state in (
            router((FLOATING, WEB), interfaces=(inside,)),
            router((FLOATING, WEB)),
            router(interfaces=(inside,)),
        ):
            driver.apply(state)
            assert driver.list() == {"router-1": state.digest}
            assert site.web.seen_by(site.outside, "203.0.113.1")
        driver.remove("router-1")
        assert driver.list() == {}
    finally:
        driver.close()


def test_what_it_makes_is_the_hosts(service: configparser.SectionProxy) -> None:
    """Mounts of its own would hide namespaces from the host, and end them with the service."""
    own_mounts = ("Private", "Protect", "ReadWritePaths", "ReadOnlyPaths", "RootDirectory")
    assert [name for name in service if name.startswith(own_mounts)] == []
    assert service["KillMode"] == "process"
