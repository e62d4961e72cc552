"""/agents: gateway hosts as clients know them. Source: Networking API v2.0, "Networking agents"."""

from typing import Any

from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.gateway_host import GatewayHost
from cyclades.web.network.listing import FIELDS, picked, truth, word
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource
from cyclades.web.schema_types import mapping, sequence

FILTERS = {
    "id": word,
    "agent_type": word,
    "binary": word,
    "host": word,
    "alive": truth,
    "admin_state_up": truth,
    "fields": word,
}
LIST = mapping("", *(sequence(name, node(), missing=()) for name, node in FILTERS.items()))

agents = Resource("agents", "/network/v2.0/agents")
agent = Resource("agent", "/network/v2.0/agents/{id}", rule="get_agent")


@agents.on("GET", query=LIST)
def list_agents(request: CycladesRequest) -> Any:
    """Gateway hosts, for administrators; whoever else asks sees none."""
    asked = {name: values for name, values in request.query_in.items() if values}
    fields = asked.pop("fields", ())
    hosts = request.cyclades.gateway_hosts.list() if request.caller.is_admin else ()
    found = [
        shown
        for shown in map(agent_body, hosts)
        if all(shown[name] in values for name, values in asked.items())
    ]
    return {"agents": [picked(shown, fields) for shown in found]}


@agent.on("GET", access=Access.ADMIN, query=FIELDS)
def show_agent(request: CycladesRequest) -> Any:
    """One gateway host."""
    name = request.matchdict["id"]
    for host in request.cyclades.gateway_hosts.list():
        if host.name == name:
            return {"agent": picked(agent_body(host), request.query_in["fields"])}
    raise NotFound("agent", name)


def agent_body(host: GatewayHost) -> dict[str, Any]:
    """All attributes; a host's name is its id."""
    return {
        "id": host.name,
        "agent_type": "L3 agent",
        "binary": "cyclades-worker-router",
        "host": host.name,
        "topic": None,
        "availability_zone": None,
        "admin_state_up": True,
        "alive": host.alive,
        "description": None,
        "configurations": {"routers": host.routers},
        "created_at": None,
        "started_at": None,
        "heartbeat_timestamp": None,
        "resources_synced": None,
    }
