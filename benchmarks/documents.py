"""What nodes ask for: documents of 1,000 ports, made of many groups, and read from PostgreSQL."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy import text

from benchmarks.ground import Ground
from cyclades.domain.model.firewall_profile import BUILT_IN
from cyclades.domain.model.node_document import Documents, Facts, PortFacts, Wire
from cyclades.domain.model.port import FixedIp, Port
from cyclades.domain.model.security_group import SecurityGroupRule
from cyclades.domain.model.security_group_rules import WantedRule, checked
from cyclades.domain.services.node_documents import NodeDocuments

PORTS, GROUPS, MEMBERS, OPEN = 1000, 50, 100, 10
REPEATS = 5
THEN = datetime(2026, 1, 2, tzinfo=UTC)
WIRE = Wire("CUSTOM", "bridged", "br", None, 1500, external=False)


def compiling(_ground: Ground) -> dict[str, float]:
    """Each port is in two of 50 groups of 100 members, whose addresses lie apart."""
    facts = many()
    took = best(lambda: Documents(facts, BUILT_IN, "").all(), time.process_time)
    return {"ms": took, "us a port": took * 1000 / PORTS}


def asking(ground: Ground) -> dict[str, float]:
    """1,000 ports of one cluster in one default group: at first, and when nothing is new."""
    with ground.app.reader() as unit:
        service: NodeDocuments = unit.node_documents
        query = text(
            "SELECT id FROM ports WHERE device_owner LIKE 'compute%' ORDER BY id LIMIT 1000"
        )
        ids = unit.connection.execute(query).scalars().all()
        cluster = unit.clusters.list()[0].id
        unknown = dict.fromkeys(ids, "")
        first = service.changed(cluster, unknown, "")
        assert len(first.documents) == len(ids) == PORTS
        known = {port: str(each and each["digest"]) for port, each in first.documents.items()}
        everything = best(lambda: service.changed(cluster, unknown, ""))
        nothing = best(lambda: service.changed(cluster, known, first.cursor))
    return {"all ms": everything, "nothing new ms": nothing}


def best(act: Callable[[], object], timer: Callable[[], float] = time.perf_counter) -> float:
    """Milliseconds of the quickest of several."""
    took = []
    for _ in range(REPEATS):
        started = timer()
        act()
        took.append(timer() - started)
    return min(took) * 1000


def many() -> Facts:
    """Ports, rules and members as they would be read."""
    groups = [f"group-{number:02}" for number in range(GROUPS)]
    members = {
        group: [f"10.{place}.{number}.{number}" for number in range(1, MEMBERS + 1)]
        for place, group in enumerate(groups)
    }
    ports = [a_port(number, groups) for number in range(PORTS)]
    return Facts(
        [PortFacts(port, "h", "p", WIRE) for port in ports],
        {group: rules_of(group) for group in groups},
        members,
    )


def rules_of(group: str) -> tuple[SecurityGroupRule, ...]:
    """Some open ports, and everything from members."""
    wanted = [
        WantedRule(group, "ingress", "IPv4", "tcp", port, port) for port in range(1, OPEN + 1)
    ]
    wanted += [WantedRule(group, "ingress", remote_group_id=group), WantedRule(group, "egress")]
    return tuple(checked(each, "r", "p", THEN) for each in wanted)


def a_port(number: int, groups: list[str]) -> Port:
    """In two groups."""
    mine = {groups[number % GROUPS], groups[number // GROUPS % GROUPS]}
    address = FixedIp("s", f"10.0.{number // 250}.{number % 250 + 1}")
    return replace(
        A_PORT, id=f"port-{number}", security_groups=tuple(sorted(mine)), fixed_ips=(address,)
    )


A_PORT = Port(
    "port",
    "p",
    "n",
    "",
    "",
    "aa:00:00:00:00:01",
    admin_state_up=True,
    status="ACTIVE",
    device_id="s",
    device_owner="compute:nova",
    keep=False,
    port_security_enabled=True,
    allowed_address_pairs=(),
    extra_dhcp_opts=(),
    position=0,
    tag=None,
    tags=(),
    created=THEN,
    updated=THEN,
    version=1,
    firewall_profile="PROTECTED",
)
