"""What gateway hosts are to carry, and what they report, in SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from ipaddress import ip_network
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select

from cyclades.adapters.sql.schema.floating_ips import floating_ips
from cyclades.adapters.sql.schema.networks import networks
from cyclades.adapters.sql.schema.ports import ports
from cyclades.adapters.sql.schema.routers import router_reports, routers
from cyclades.adapters.sql.schema.subnets import addresses, subnets
from cyclades.adapters.sql.upserts import UPSERTS
from cyclades.domain.model.router import GATEWAY_OWNER, INTERFACE_OWNER
from cyclades.domain.model.router_state import (
    Advertisement,
    FloatingAddress,
    RouterExternal,
    RouterLink,
    RouterState,
)
from cyclades.ports.routers import RouterReport, RouterReports

IPV4 = 4
MINE = (routers.c.gateway_host == bindparam("host")) & routers.c.admin_state_up
ROUTERS = (
    select(
        routers.c.id,
        routers.c.external_network_id,
        routers.c.enable_snat,
        routers.c.routes,
    )
    .where(MINE)
    .order_by(routers.c.id)
)
# A row an address of a router, IPv4 before IPv6 on each port.
LINKS = (
    select(
        routers.c.id.label("router_id"),
        ports.c.id.label("port_id"),
        ports.c.device_owner,
        ports.c.mac,
        networks.c.id.label("network_id"),
        networks.c.mode,
        networks.c.link,
        networks.c.mtu,
        networks.c.mac_prefix,
        addresses.c.address,
        addresses.c.ip_version,
        subnets.c.cidr,
        subnets.c.gateway_ip,
        subnets.c.enable_dhcp,
        subnets.c.ipv6_ra_mode,
        subnets.c.ipv6_address_mode,
        subnets.c.dns_nameservers,
    )
    .join(ports, ports.c.device_id == routers.c.id)
    .join(networks, networks.c.id == ports.c.network_id)
    .join(addresses, addresses.c.port_id == ports.c.id)
    .join(subnets, subnets.c.id == addresses.c.subnet_id)
    .where(MINE, ports.c.device_owner.in_((GATEWAY_OWNER, INTERFACE_OWNER)))
    .order_by(routers.c.id, ports.c.id, addresses.c.ip_version, addresses.c.number)
)
FLOATING = (
    select(floating_ips.c.router_id, floating_ips.c.address, floating_ips.c.fixed_ip)
    .join(routers, routers.c.id == floating_ips.c.router_id)
    .where(MINE, floating_ips.c.fixed_ip.is_not(None))
    .order_by(floating_ips.c.router_id, floating_ips.c.address)
)
PREFIXES = (
    select(routers.c.id, subnets.c.cidr)
    .join(subnets, subnets.c.network_id == routers.c.external_network_id)
    .where(MINE)
    .order_by(routers.c.id, subnets.c.cidr)
)


class SqlRouterReports(RouterReports):
    """Four statements for all that a host is to carry."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def wanted(self, gateway_host: str) -> Sequence[RouterState]:
        host = {"host": gateway_host}
        links, floating, prefixes = (
            {
                router_id: list(rows)
                for router_id, rows in groupby(self._connection.execute(query, host), _first)
            }
            for query in (LINKS, FLOATING, PREFIXES)
        )
        return [
            _state(
                row,
                links.get(row.id, []),
                [FloatingAddress(*each[1:]) for each in floating.get(row.id, [])],
                [each.cidr for each in prefixes.get(row.id, [])],
            )
            for row in self._connection.execute(ROUTERS, host).all()
        ]

    def of_host(self, gateway_host: str) -> Mapping[str, RouterReport]:
        return self._where(router_reports.c.gateway_host == gateway_host)

    def of(self, router_ids: Sequence[str]) -> Mapping[str, RouterReport]:
        return self._where(router_reports.c.router_id.in_(router_ids))

    def record(self, report: RouterReport) -> None:
        make = UPSERTS[self._connection.dialect.name](router_reports)
        said = asdict(report)
        self._connection.execute(
            make.values(said).on_conflict_do_update(
                index_elements=[router_reports.c.router_id],
                set_={name: value for name, value in said.items() if name != "router_id"},
            )
        )

    def forget(self, router_id: str, gateway_host: str) -> None:
        table = router_reports.c
        self._connection.execute(
            delete(router_reports).where(
                table.router_id == router_id, table.gateway_host == gateway_host
            )
        )

    def _where(self, condition: Any) -> Mapping[str, RouterReport]:
        rows = self._connection.execute(select(router_reports).where(condition))
        return {row.router_id: RouterReport(*row) for row in rows}


def _first(row: Row[Any]) -> str:
    return str(row[0])


def _state(
    router: Any,
    touches: Sequence[Row[Any]],
    floating: Sequence[FloatingAddress],
    prefixes: Sequence[str],
) -> RouterState:
    by_port = [list(rows) for _, rows in groupby(touches, lambda row: row.port_id)]
    outside = [rows for rows in by_port if rows[0].device_owner == GATEWAY_OWNER]
    inside = [rows for rows in by_port if rows[0].device_owner == INTERFACE_OWNER]
    external = _external(outside[0], prefixes) if outside else None
    ipv4 = [row.address for row in outside[0] if row.ip_version == IPV4] if outside else []
    return RouterState(
        router.id,
        external,
        ipv4[0] if ipv4 and router.enable_snat else None,
        tuple(_link(rows, advertised=_advertised(rows)) for rows in inside),
        tuple(floating),
        tuple(router.routes),
    )


def _external(rows: Sequence[Row[Any]], prefixes: Sequence[str]) -> RouterExternal:
    gateways = {row.ip_version: row.gateway_ip for row in reversed(rows) if row.gateway_ip}
    own = {row.cidr for row in rows}
    return RouterExternal(
        _link(rows),
        tuple(gateways[version] for version in sorted(gateways)),
        tuple(cidr for cidr in prefixes if cidr not in own),
    )


def _link(rows: Sequence[Row[Any]], advertised: tuple[Advertisement, ...] = ()) -> RouterLink:
    port = rows[0]
    return RouterLink(
        port.port_id,
        port.network_id,
        port.mode,
        port.link,
        port.mac,
        port.mtu,
        tuple(f"{row.address}/{ip_network(row.cidr).prefixlen}" for row in rows),
        port.mac_prefix,
        advertised,
    )


def _advertised(rows: Sequence[Row[Any]]) -> tuple[Advertisement, ...]:
    return tuple(
        Advertisement(row.cidr, row.ipv6_ra_mode, row.ipv6_address_mode, tuple(row.dns_nameservers))
        for row in rows
        if row.ipv6_ra_mode and row.enable_dhcp
    )
