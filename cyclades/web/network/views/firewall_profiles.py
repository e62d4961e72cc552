"""/firewall-profiles: what users can put on their interfaces. Our own."""

from typing import Any

from cyclades.domain.model.errors import NotFound
from cyclades.web.network.presenters.firewall_profiles import profile_body
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Resource

profiles = Resource("firewall-profiles", "/network/v2.0/firewall-profiles")
profile = Resource("firewall-profile", "/network/v2.0/firewall-profiles/{name}")


@profiles.on("GET")
def list_firewall_profiles(request: CycladesRequest) -> Any:
    """All profiles: those that come with Cyclades first."""
    known = request.app.firewall_profiles
    return {"firewall_profiles": [profile_body(each) for each in known.values()]}


@profile.on("GET")
def show_firewall_profile(request: CycladesRequest) -> Any:
    """One profile with its rules."""
    name = request.matchdict["name"]
    found = request.app.firewall_profiles.get(name)
    if found is None:
        raise NotFound("firewall profile", name)
    return {"firewall_profile": profile_body(found)}
