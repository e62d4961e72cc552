"""What hangs on a server, as compute clients read it."""

from typing import Any

import orjson

from cyclades.ports.server_views import GroupView, InterfaceView, ServerView
from cyclades.web.compute.presenters.server_fields import EMPTY
from cyclades.web.microversions import Microversion

TAGGED_INTERFACES = Microversion(2, 70)
ANYWHERE = {"IPv4": "0.0.0.0/0", "IPv6": "::/0"}
# Power states in the words of diagnostics.
STATES = {"running": "running", "stopped": "shutdown", "crashed": "crashed"}


def interface(row: InterfaceView, version: Microversion) -> dict[str, Any]:
    """A port; its tag is shown since 2.70."""
    body = {
        "port_id": row.port_id,
        "net_id": row.network_id,
        "mac_addr": row.mac,
        "port_state": row.status,
        "fixed_ips": orjson.Fragment(row.fixed_ips or "[]"),
    }
    return body | {"tag": row.tag} if version >= TAGGED_INTERFACES else body


def security_group(row: GroupView) -> dict[str, Any]:
    """A group with its rules for incoming traffic, as compute writes them."""
    rules = [] if row.rules in EMPTY else orjson.loads(row.rules or "[]")
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "tenant_id": row.project_id,
        "rules": [_rule(row, rule) for rule in rules],
    }


def _rule(row: GroupView, rule: dict[str, Any]) -> dict[str, Any]:
    source = rule["remote_group_id"]
    cidr = rule["remote_ip_prefix"] or ANYWHERE[rule["ethertype"]]
    return {
        "id": rule["id"],
        "parent_group_id": row.id,
        "ip_protocol": rule["protocol"],
        "from_port": rule["port_range_min"],
        "to_port": rule["port_range_max"],
        "group": {"tenant_id": row.project_id, "name": row.name} if source == row.id else {},
        "ip_range": {} if source else {"cidr": cidr},
    }


def diagnostics(row: ServerView, interfaces: Any) -> dict[str, Any]:
    """Since 2.48. What nobody measures is null. Memory is in MiB."""
    return {
        "state": STATES.get(row.power, "pending"),
        "driver": None,
        "hypervisor": None,
        "hypervisor_os": None,
        "uptime": None,
        "config_drive": row.config_drive,
        "num_cpus": row.vcpus,
        "num_nics": len(interfaces),
        "num_disks": 1,
        "cpu_details": [],
        "disk_details": [],
        "nic_details": [nic(port) for port in interfaces],
        "memory_details": {"maximum": row.ram, "used": None},
    }


def nic(port: InterfaceView) -> dict[str, Any]:
    """An interface, without the counters that clusters do not give."""
    counters = (
        f"{way}_{what}"
        for way in ("rx", "tx")
        for what in ("octets", "errors", "drop", "packets", "rate")
    )
    return {"mac_address": port.mac, **dict.fromkeys(counters)}


def old_diagnostics(row: ServerView) -> dict[str, Any]:
    """Before 2.48: whatever is known. Memory is in KiB."""
    return {"vcpus": row.vcpus, "memory": row.ram * 1024}
