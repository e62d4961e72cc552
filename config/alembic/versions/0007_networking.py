"""Networking in full: flavors, clusters' networks, routers, floating IPs, history."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OPEN = sa.text("finished IS NULL")
MOMENT = sa.DateTime(timezone=True)
ID, NAME, WORD = sa.String(length=64), sa.String(length=255), sa.String(length=16)
OWNED = (
    ("id", ID, False),
    ("project_id", ID, False),
    ("name", NAME, False),
    ("description", NAME, False),
)
NOUN = (
    ("created", MOMENT, False),
    ("updated", MOMENT, False),
    ("version", sa.Integer(), False),
)


def table(name: str, *columns: tuple[str, Any, bool], more: Sequence[Any]) -> None:
    """A table of columns given as name, type and whether null is allowed."""
    op.create_table(
        name, *(sa.Column(each, kind, nullable=null) for each, kind, null in columns), *more
    )


def primary(name: str, *columns: str) -> sa.PrimaryKeyConstraint:
    """A primary key with the name that the metadata gives it."""
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{name}"))


def unique(name: str, *columns: str) -> sa.UniqueConstraint:
    """A constraint of uniqueness with the name that the metadata gives it."""
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{name}_{'_'.join(columns)}"))


def foreign(name: str, column: str, table_: str) -> sa.ForeignKeyConstraint:
    """A foreign key to an id with the name that the metadata gives it."""
    key = op.f(f"fk_{name}_{column}_{table_}")
    return sa.ForeignKeyConstraint([column], [f"{table_}.id"], name=key)


def upgrade() -> None:
    """Add columns and tables; links become resources of the bridge pool."""
    upgrade_networks()
    upgrade_subnetpools()
    upgrade_routers()
    upgrade_effects()
    upgrade_history()


def upgrade_networks() -> None:
    """Flavors, pools, clusters, sharing."""
    with op.batch_alter_table("networks") as networks:
        networks.add_column(sa.Column("flavor", ID, nullable=False, server_default="CUSTOM"))
        networks.add_column(sa.Column("mac_prefix", sa.String(length=17), nullable=True))
        networks.add_column(
            sa.Column("spans", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        networks.add_column(sa.Column("home_cluster_id", ID, nullable=True))
        networks.create_foreign_key(
            op.f("fk_networks_home_cluster_id_clusters"), "clusters", ["home_cluster_id"], ["id"]
        )
    with op.batch_alter_table("ports") as ports:
        ports.add_column(sa.Column("firewall_profile", ID, nullable=True))
        ports.add_column(sa.Column("dns_name", NAME, nullable=False, server_default=""))
        ports.add_column(sa.Column("effect_id", ID, nullable=True))
    with op.batch_alter_table("clusters") as clusters:
        clusters.add_column(sa.Column("node_key", ID, nullable=True))
        clusters.add_column(sa.Column("node_groups", sa.Text(), nullable=False, server_default=""))
    name = "network_resources"
    table(
        name,
        ("pool", sa.String(length=32), False),
        ("value", NAME, False),
        ("network_id", ID, True),
        more=(primary(name, "pool", "value"), unique(name, "pool", "network_id")),
    )
    op.execute(
        "INSERT INTO network_resources (pool, value, network_id) "
        "SELECT 'bridge', name, network_id FROM links"
    )
    op.drop_table("links")
    name = "network_clusters"
    table(
        name,
        ("id", ID, False),
        ("network_id", ID, False),
        ("cluster_id", ID, False),
        ("mapped", sa.Boolean(), False),
        ("mode", WORD, True),
        ("link", NAME, True),
        ("state", WORD, False),
        ("groups", sa.Text(), False),
        ("effect_id", ID, True),
        ("trouble", sa.Text(), False),
        ("version", sa.Integer(), False),
        more=(
            primary(name, "id"),
            foreign(name, "network_id", "networks"),
            foreign(name, "cluster_id", "clusters"),
            unique(name, "network_id", "cluster_id"),
        ),
    )
    op.create_index("ix_network_clusters_cluster_id", name, ["cluster_id"])
    # Whatever is external was used in every cluster until now.
    op.execute(
        "INSERT INTO network_clusters (id, network_id, cluster_id, mapped, state, groups, trouble,"
        " version) SELECT substr(n.id, 1, 27) || substr(c.id, 1, 36), n.id, c.id, true, 'absent',"
        " '', '', 1 FROM networks n CROSS JOIN clusters c WHERE n.external"
    )
    name = "rbac_policies"
    table(
        name,
        ("id", ID, False),
        ("project_id", ID, False),
        ("object_type", sa.String(length=32), False),
        ("object_id", ID, False),
        ("action", sa.String(length=32), False),
        ("target_project", ID, False),
        more=(
            primary(name, "id"),
            unique(name, "object_type", "object_id", "action", "target_project"),
        ),
    )
    op.create_index("ix_rbac_policies_project_id", name, ["project_id"])
    op.create_index("ix_rbac_policies_target_project", name, ["target_project"])


def upgrade_subnetpools() -> None:
    """Pools, and the subnets cut from them."""
    name = "subnetpools"
    table(
        name,
        *OWNED,
        ("ip_version", sa.Integer(), False),
        ("prefixes", sa.Text(), False),
        ("default_prefixlen", sa.Integer(), False),
        ("min_prefixlen", sa.Integer(), False),
        ("max_prefixlen", sa.Integer(), False),
        ("default_quota", sa.Integer(), True),
        ("shared", sa.Boolean(), False),
        ("is_default", sa.Boolean(), False),
        ("tags", sa.Text(), False),
        *NOUN,
        more=(primary(name, "id"),),
    )
    op.create_index("ix_subnetpools_project", name, ["project_id", "id"])
    with op.batch_alter_table("subnets") as subnets:
        subnets.add_column(sa.Column("subnetpool_id", ID, nullable=True))
        subnets.create_foreign_key(
            op.f("fk_subnets_subnetpool_id_subnetpools"), "subnetpools", ["subnetpool_id"], ["id"]
        )
        subnets.create_index(op.f("ix_subnets_subnetpool_id"), ["subnetpool_id"])


def upgrade_routers() -> None:
    """Routers and floating IPs."""
    name = "routers"
    table(
        name,
        *OWNED,
        ("admin_state_up", sa.Boolean(), False),
        ("status", WORD, False),
        ("external_network_id", ID, True),
        ("enable_snat", sa.Boolean(), False),
        ("routes", sa.Text(), False),
        ("tags", sa.Text(), False),
        ("gateway_host", NAME, False),
        *NOUN,
        more=(primary(name, "id"), foreign(name, "external_network_id", "networks")),
    )
    op.create_index("ix_routers_external_network_id", name, ["external_network_id"])
    op.create_index("ix_routers_project", name, ["project_id", "id"])
    name = "router_reports"
    words = (("gateway_host", NAME, False), ("digest", ID, False), ("trouble", sa.Text(), False))
    moment, key = ("reported", MOMENT, False), primary(name, "router_id")
    table(name, ("router_id", ID, False), *words, moment, more=(key,))
    op.create_index("ix_router_reports_gateway_host", name, ["gateway_host"])
    name = "floating_ips"
    table(
        name,
        ("id", ID, False),
        ("project_id", ID, False),
        ("description", NAME, False),
        ("network_id", ID, False),
        ("address", ID, False),
        ("port_id", ID, True),
        ("fixed_ip", ID, True),
        ("router_id", ID, True),
        ("status", WORD, False),
        ("dns_name", NAME, False),
        ("dns_domain", NAME, False),
        ("tags", sa.Text(), False),
        *NOUN,
        more=(
            primary(name, "id"),
            foreign(name, "network_id", "networks"),
            foreign(name, "port_id", "ports"),
            foreign(name, "router_id", "routers"),
            unique(name, "network_id", "address"),
            unique(name, "port_id", "fixed_ip", "network_id"),
        ),
    )
    op.create_index("ix_floating_ips_port_id", name, ["port_id"])
    op.create_index("ix_floating_ips_router_id", name, ["router_id"])
    op.create_index("ix_floating_ips_project", name, ["project_id", "id"])


def upgrade_effects() -> None:
    """Effects may be about networks, and wait for each other."""
    op.drop_index("ix_effects_live", "effects")
    with op.batch_alter_table("effects", table_kwargs={"sqlite_autoincrement": True}) as effects:
        effects.alter_column("server_id", existing_type=ID, nullable=True)
        effects.add_column(sa.Column("network_id", ID, nullable=True))
        effects.add_column(sa.Column("subject", ID, nullable=True))
        effects.add_column(sa.Column("waits_for", ID, nullable=True))
    op.execute("UPDATE effects SET subject = server_id")
    with op.batch_alter_table("effects", table_kwargs={"sqlite_autoincrement": True}) as effects:
        effects.alter_column("subject", existing_type=ID, nullable=False)
    live(["subject", "seq"])


def live(columns: list[str]) -> None:
    """The index of what is not finished."""
    op.create_index("ix_effects_live", "effects", columns, postgresql_where=OPEN, sqlite_where=OPEN)


def upgrade_history() -> None:
    """Who held which address when."""
    name = "address_history"
    table(
        name,
        ("id", ID, False),
        ("address", ID, False),
        ("network_id", ID, False),
        ("port_id", ID, False),
        ("mac", sa.String(length=17), False),
        ("server_id", ID, False),
        ("project_id", ID, False),
        ("user_id", ID, True),
        ("since", MOMENT, False),
        ("until", MOMENT, True),
        more=(primary(name, "id"),),
    )
    op.create_index("ix_address_history_address", name, ["address", "since"])
    op.create_index("ix_address_history_port", name, ["port_id"])
    op.create_index("ix_address_history_server_id", name, ["server_id"])
    op.create_index("ix_address_history_until", name, ["until"])


def downgrade() -> None:
    """Remove them; effects about networks are forgotten."""
    for name in ("address_history", "floating_ips", "router_reports", "routers"):
        op.drop_table(name)
    op.execute("DELETE FROM effects WHERE server_id IS NULL")
    op.drop_index("ix_effects_live", "effects")
    with op.batch_alter_table("effects", table_kwargs={"sqlite_autoincrement": True}) as effects:
        for column in ("waits_for", "subject", "network_id"):
            effects.drop_column(column)
        effects.alter_column("server_id", existing_type=ID, nullable=False)
    live(["server_id", "seq"])
    with op.batch_alter_table("subnets") as subnets:
        subnets.drop_index("ix_subnets_subnetpool_id")
        subnets.drop_constraint("fk_subnets_subnetpool_id_subnetpools", type_="foreignkey")
        subnets.drop_column("subnetpool_id")
    for name in ("subnetpools", "rbac_policies", "network_clusters"):
        op.drop_table(name)
    keys = (primary("links", "name"), unique("links", "network_id"))
    table("links", ("name", NAME, False), ("network_id", ID, True), more=keys)
    op.execute(
        "INSERT INTO links (name, network_id) "
        "SELECT value, network_id FROM network_resources WHERE pool = 'bridge'"
    )
    op.drop_table("network_resources")
    drop_columns("clusters", "node_groups", "node_key")
    drop_columns("ports", "effect_id", "dns_name", "firewall_profile")
    with op.batch_alter_table("networks") as networks:
        networks.drop_constraint("fk_networks_home_cluster_id_clusters", type_="foreignkey")
    drop_columns("networks", "home_cluster_id", "spans", "mac_prefix", "flavor")


def drop_columns(name: str, *columns: str) -> None:
    """Take columns from a table."""
    with op.batch_alter_table(name) as batch:
        for column in columns:
            batch.drop_column(column)
