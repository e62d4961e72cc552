"""The ini file as one frozen, validated object; unknown `cyclades.*` keys are refused."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import partial
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.firewall_profile import Profiles, read_profiles
from cyclades.domain.model.network_flavor import OFFERED, is_range, mac_prefixes, routing_tables
from cyclades.domain.model.quota import ABSENT, COMPUTE_FIXED

PREFIX = "cyclades."
TRUE_WORDS = {"1": True, "true": True, "yes": True, "on": True}
FALSE_WORDS = {"0": False, "false": False, "no": False, "off": False}


# Loops wait this long, leases and deadlines last this long: with none, nothing works.
POSITIVE = frozenset(
    {
        *("poll_fast", "poll_slow", "scan_interval", "audit_interval"),
        *("image_import_lease", "image_imports", "web_download_seconds"),
        *("effect_lease", "effect_deadline", "effects_per_cluster", "page_size"),
        *("build_ticket_ttl",),
        *("feed_retention", "feed_ticket_ttl", "feed_heartbeat", "feed_stream_life"),
    }
)


def are_networks(words: Iterable[str]) -> bool:
    """Whether all of these are networks with their prefix lengths."""
    try:
        return all(ip_network(word) for word in words)
    except ValueError:
        return False


# What nothing could be made with is refused at once.
USABLE: Mapping[str, Callable[[Any], bool]] = {
    "network_flavors": lambda names: bool(names) and OFFERED.issuperset(names),
    "spanning_flavors": OFFERED.issuperset,
    "mac_prefix_pool": partial(is_range, mac_prefixes),
    "routing_tables": partial(is_range, routing_tables),
    "image_conversion": {"", "raw"}.__contains__,
    "web_download_schemes": {"http", "https"}.issuperset,
    "web_download_ports": lambda words: all(word.isdecimal() for word in words),
    "web_download_allowed": are_networks,
    "web_download_denied": are_networks,
}


class BadSettings(ValueError):
    """The ini file cannot be used; the message names the key."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _flag(text: str) -> bool:
    return (TRUE_WORDS | FALSE_WORDS)[text.strip().lower()]


PARSERS: Mapping[object, Callable[[str], Any]] = {
    str: str.strip,
    int: int,
    float: float,
    bool: _flag,
    Path: lambda text: Path(text.strip()),
    tuple[str, ...]: _words,
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything an operator decides. Durations in seconds, sizes in bytes unless said."""

    database_url: str = "sqlite:///var/cyclades.sqlite"
    database_lock_timeout: float = 10  # how long PostgreSQL lets us wait for a row...
    database_statement_timeout: float = 60  # ...for a statement...
    database_idle_timeout: float = 15  # ...and keeps a transaction whose process is stopped
    public_url: str = ""  # empty: what the client asked for (Host, X-Forwarded-*)
    region: str = "RegionOne"
    var_dir: Path = Path("var")
    secret_key_file: Path = Path("var/secret.key")
    identity: str = "local"
    image_store: str = "files"
    image_dir: Path = Path("var/images")
    image_max_bytes: int = 64 * 2**30
    image_max_virtual_bytes: int = 2**40  # of the disk inside an image
    image_conversion: str = ""  # raw: imported images are made so; empty: kept as they came
    image_work_dir: str = ""  # room for conversions; empty: in var_dir
    image_import_lease: int = 120  # then an import whose worker was silent is taken over
    image_imports: int = 4  # at once, in each worker process
    # What users may have fetched for them: schemes, ports; networks beside the public ones,
    # and networks that are refused before anything else is looked at.
    web_download_schemes: tuple[str, ...] = ("https",)
    web_download_ports: tuple[str, ...] = ("443",)
    web_download_allowed: tuple[str, ...] = ()
    web_download_denied: tuple[str, ...] = ()
    web_download_seconds: int = 3600  # the longest download
    s3_endpoint: str = ""  # empty: the provider's own, of the region
    s3_region: str = ""
    s3_bucket: str = ""
    s3_key_id: str = ""
    s3_secret_file: str = ""  # its first line is the secret key; nobody else may read it
    queue: str = "inprocess"
    hints: str = "inprocess"  # how nodes tell us that something changed: inprocess or amqp
    broker_url: str = ""  # amqp://user:password@host:5672/vhost, for hints = amqp
    workers: bool = False  # run all workers inside the API process (embedded)
    simulated_cluster: bool = False  # first run registers one simulated cluster
    token_ttl: int = 4 * 3600
    revocation_refresh: int = 10
    login_failures: int = 10  # failed logins per user and address...
    login_window: int = 60  # ...in this many seconds, before 429
    password_passes: int = 2  # argon2id's costs: about 50 ms with these
    password_memory: int = 32 * 1024  # KiB
    effect_lease: int = 60
    effects_per_cluster: int = 8
    build_ticket_ttl: int = 6 * 3600  # how long nodes may fetch what a new disk is made from
    effect_deadline: int = 3600  # then its user is told; it is still waited for
    poll_fast: float = 0.5
    poll_slow: float = 5.0
    scan_interval: float = 10.0
    audit_interval: float = 60.0  # between two audits of a cluster
    feed_retention: int = 24 * 3600
    feed_ticket_ttl: int = 30
    feed_heartbeat: float = 15.0
    feed_stream_life: float = 900.0  # then its reader needs another ticket, and thus a token
    feed_streams_per_user: int = 100  # open at once, in each process
    metrics_key: str = ""  # the bearer of this may read /metrics; administrators always may
    disk_template: str = "sharedfile"
    instance_prefix: str = "cyclades-"
    mac_prefix: str = "aa:0c:de"
    public_link: str = "snf_public"  # what external networks are bridged to
    # How users' networks are made: the first is what they get, the others they may ask for.
    network_flavors: tuple[str, ...] = ("MAC_FILTERED",)
    spanning_flavors: tuple[str, ...] = ()  # whose L2 reaches from cluster to cluster
    mac_filtered_link: str = "prv0"  # the bridge that all MAC_FILTERED networks share
    mac_prefix_pool: str = "aa:0d:00-aa:0f:ff"  # one for each MAC_FILTERED network
    vlan_links: tuple[str, ...] = ()  # bridges, one for each PHYSICAL_VLAN network
    routing_tables: str = "10000-19999"  # of the nodes' kernels, one for each IP_LESS_ROUTED one
    default_networks: tuple[str, ...] = ()  # of servers that name none: ids, or SNF:ANY_PUBLIC...
    forced_networks: tuple[str, ...] = ()  # of every server, before what it asks for
    firewall_profiles: str = ""  # a JSON file with profiles of the operator's own
    dns_domain: str = "openstacklocal"  # what follows servers' names in their networks' DNS
    address_history_retention: int = 365 * 24 * 3600
    router_driver: str = "simulated"  # how gateway hosts carry routers: simulated or netns
    gateway_hosts: tuple[str, ...] = ("gateway",)  # routers are spread over these
    gateway_host: str = "gateway"  # whose routers the router worker of this process carries
    node_url: str = ""  # where nodes reach this API; empty: public_url
    public_subnet: str = "203.0.113.0/24"
    public_subnet6: str = "2001:db8:1::/64"
    quota_instances: int = 20
    quota_cores: int = 40
    quota_ram: int = 81920  # MiB
    quota_network: int = 20
    quota_subnet: int = 40
    quota_port: int = 200
    quota_security_group: int = 20
    quota_security_group_rule: int = 200
    quota_router: int = 10
    quota_floatingip: int = 50
    quota_subnetpool: int = 10
    quota_rbac_policy: int = 10
    quota_image_count_total: int = 100
    quota_image_count_uploading: int = 10
    quota_image_size_total: int = 512 * 2**10  # MiB
    quota_image_stage_total: int = 128 * 2**10  # MiB
    quota_volumes: int = 20
    quota_gigabytes: int = 2000  # of volumes and snapshots together
    quota_per_volume_gigabytes: int = -1
    quota_snapshots: int = 20
    quota_backups: int = 20
    quota_backup_gigabytes: int = 2000
    quota_key_pairs: int = 100
    quota_metadata_items: int = 128
    page_size: int = 1000
    log_level: str = "INFO"

    @classmethod
    def from_ini(cls, raw: Mapping[str, str]) -> "Settings":
        """Parse the `cyclades.*` keys of an ini section. Raises BadSettings."""
        kinds = {item.name: item.type for item in fields(cls)}
        values: dict[str, Any] = {}
        for key, text in raw.items():
            if not key.startswith(PREFIX):
                continue
            name = key.removeprefix(PREFIX)
            if name not in kinds:
                raise BadSettings(f"unknown setting {key}")
            try:
                values[name] = PARSERS[kinds[name]](text)
            except (ValueError, KeyError) as error:
                raise BadSettings(f"{key}: cannot use {text!r}") from error
            if name in POSITIVE and not values[name] > 0:
                raise BadSettings(f"{key}: {text!r} is not more than nothing")
            if name in USABLE and not USABLE[name](values[name]):
                raise BadSettings(f"{key}: cannot use {text!r}")
        settings = cls(**values)
        settings.profiles()
        return settings

    def profiles(self) -> Profiles:
        """Firewall profiles by name. Raises BadSettings for a file that says none."""
        try:
            path = self.firewall_profiles
            return read_profiles(Path(path).read_text() if path else "{}")
        except (OSError, ValueError, InvalidInput) as error:
            where = f"{PREFIX}firewall_profiles: {self.firewall_profiles}"
            raise BadSettings(f"{where}: {error}") from error

    def quota_defaults(self) -> dict[str, int]:
        """Default limit by resource; -1 is unlimited."""
        return (
            dict(ABSENT)
            | dict(COMPUTE_FIXED)
            | {
                item.name.removeprefix("quota_"): getattr(self, item.name)
                for item in fields(self)
                if item.name.startswith("quota_")
            }
        )
