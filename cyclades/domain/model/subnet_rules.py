"""What a subnet may say: modes, gateways, name servers, routes."""

from ipaddress import IPv6Address, ip_network
from typing import Final

from cyclades.domain.model.addresses import SLAAC_PREFIX, Block, parse_address, parse_block
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.subnet import AUTOMATIC, IPV6_MODES, HostRoute, WantedSubnet

MAX_SERVERS = 5
MAX_ROUTES = 20
IPV6 = 6
# Nobody, the host itself, the link (and the metadata service), groups, and what was never given.
NOT_FOR_HOSTS: Final = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3"),
            *("::/96", "::ffff:0:0/96", "fe80::/10", "ff00::/8"),
        ),
    )
)


def check_source(wanted: WantedSubnet) -> None:
    """Raise InvalidInput unless it is clear where the prefix comes from."""
    pooled = wanted.subnetpool_id is not None or wanted.use_default_subnetpool
    if wanted.subnetpool_id is not None and wanted.use_default_subnetpool:
        _refuse(
            "subnetpool_id and use_default_subnetpool cannot both be specified", "subnetpool_id"
        )
    if wanted.cidr is not None:
        if wanted.prefixlen is not None:
            _refuse("cidr and prefixlen must not be supplied together", "prefixlen")
        return
    if not pooled:
        _refuse("a subnetpool must be specified in the absence of a cidr", "cidr")
    if wanted.pools is not None:
        _refuse("allocation_pools require specific subnet cidr", "allocation_pools")


def check_modes(wanted: WantedSubnet, block: Block) -> None:
    """Raise InvalidInput unless version and modes go with the prefix and each other."""
    modes = (wanted.ipv6_ra_mode, wanted.ipv6_address_mode)
    said = [mode for mode in modes if mode is not None]
    if wanted.ip_version not in {None, block.version}:
        _refuse(
            f"ip_version '{wanted.ip_version}' does not match the ip_version of cidr '{block}'",
            "ip_version",
        )
    if block.prefixlen == 0:
        _refuse("prefix length of 0 is not supported", "cidr")
    if any(taken.version == block.version and taken.overlaps(block) for taken in NOT_FOR_HOSTS):
        _refuse(f"'{block}' is not for hosts", "cidr")
    if not said:
        return
    if block.version != IPV6:
        _refuse("ipv6_ra_mode or ipv6_address_mode is not valid for ip_version 4", "ip_version")
    if set(said) - set(IPV6_MODES):
        _refuse(f"IPv6 modes are {', '.join(IPV6_MODES)}", "ipv6_address_mode")
    if not wanted.enable_dhcp:
        refuse_silence()
    if len(set(said)) > 1:
        _refuse(
            f"ipv6_ra_mode set to '{modes[0]}' with ipv6_address_mode set to '{modes[1]}' "
            "is not valid. If both attributes are set, they must be the same value",
            "ipv6_address_mode",
        )
    if set(said) & AUTOMATIC and block.prefixlen != SLAAC_PREFIX:
        _refuse(f"a subnet with SLAAC must have a /{SLAAC_PREFIX} prefix", "cidr")


def refuse_silence() -> None:
    """Raise InvalidInput: with modes of IPv6 somebody has to say so."""
    _refuse("ipv6_ra_mode or ipv6_address_mode need enable_dhcp", "enable_dhcp")


def check_gateway(block: Block, gateway: str) -> None:
    """Raise InvalidInput unless hosts of the prefix can reach it."""
    address = parse_address(gateway, "gateway_ip")
    if isinstance(address, IPv6Address) and address.is_link_local and block.version == IPV6:
        return
    ends = {block.network_address, block.broadcast_address} if block.num_addresses > 2 else set()  # noqa: PLR2004 - a /31 has no ends to spare
    if block.version == IPV6:
        ends.discard(block.broadcast_address)
    if address not in block or address in ends:
        _refuse("Gateway is not valid on subnet", "gateway_ip")


def canonical_servers(servers: tuple[str, ...]) -> tuple[str, ...]:
    """Name servers as we write them. Raises InvalidInput."""
    found = tuple(str(parse_address(each, "dns_nameservers")) for each in servers)
    if len(found) > MAX_SERVERS:
        _refuse(f"at most {MAX_SERVERS} name servers", "dns_nameservers")
    if len(set(found)) != len(found):
        _refuse("a name server is listed twice", "dns_nameservers")
    return found


def canonical_routes(routes: tuple[HostRoute, ...]) -> tuple[HostRoute, ...]:
    """Routes as we write them. Raises InvalidInput."""
    field = "host_routes"
    found = tuple(
        HostRoute(
            str(parse_block(route.destination, field)), str(parse_address(route.nexthop, field))
        )
        for route in routes
    )
    if len(found) > MAX_ROUTES:
        _refuse(f"at most {MAX_ROUTES} routes", field)
    if len(set(found)) != len(found):
        _refuse("a route is listed twice", field)
    return found


def _refuse(reason: str, field: str) -> None:
    raise InvalidInput(f"Invalid input for operation: {reason}.", field)
