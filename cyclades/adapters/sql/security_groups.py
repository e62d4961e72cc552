"""Security groups and rules in SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select
from sqlalchemy.exc import IntegrityError

from cyclades.adapters.sql.listing import Shelf, owned
from cyclades.adapters.sql.schema.security_groups import security_group_rules, security_groups
from cyclades.adapters.sql.versioned import fields_of, insert_unless_there, save, values_of
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network_errors import SecurityGroupInUse, SecurityGroupRuleExists
from cyclades.domain.model.security_group import SecurityGroup, SecurityGroupRule
from cyclades.ports.security_groups import SecurityGroupRepository

STORED = tuple(column.name for column in security_groups.columns)
STORED_OF_RULE = tuple(column.name for column in security_group_rules.columns)

SHELF = Shelf(
    "security group",
    security_groups,
    {
        "id": security_groups.c.id,
        "name": security_groups.c.name,
        "description": security_groups.c.description,
        "project_id": security_groups.c.project_id,
        "tenant_id": security_groups.c.project_id,
        "stateful": security_groups.c.stateful,
        "created_at": security_groups.c.created,
        "updated_at": security_groups.c.updated,
        "revision_number": security_groups.c.version,
    },
    {},
    owned(security_groups),
)
RULE_SHELF = Shelf(
    "security group rule",
    security_group_rules,
    {
        "id": security_group_rules.c.id,
        "description": security_group_rules.c.description,
        "project_id": security_group_rules.c.project_id,
        "tenant_id": security_group_rules.c.project_id,
        "security_group_id": security_group_rules.c.security_group_id,
        "direction": security_group_rules.c.direction,
        "ethertype": security_group_rules.c.ethertype,
        "protocol": security_group_rules.c.protocol,
        "port_range_min": security_group_rules.c.port_range_min,
        "port_range_max": security_group_rules.c.port_range_max,
        "remote_ip_prefix": security_group_rules.c.remote_ip_prefix,
        "remote_group_id": security_group_rules.c.remote_group_id,
        "created_at": security_group_rules.c.created,
        "updated_at": security_group_rules.c.updated,
        "revision_number": security_group_rules.c.version,
    },
    {},
    owned(security_group_rules),
)


class SqlSecurityGroups(SecurityGroupRepository):
    """One row a group, one a rule."""

    def __init__(self, connection: Connection) -> None:
        """Work in this connection's transaction."""
        self._connection = connection

    def ensure(self, group: SecurityGroup) -> bool:
        row = values_of(group, STORED)
        if not insert_unless_there(self._connection, security_groups, [row]):
            return False
        self._add_rules(group.rules)
        return True

    def add(self, group: SecurityGroup) -> None:
        self._connection.execute(insert(security_groups).values(values_of(group, STORED)))
        self._add_rules(group.rules)

    def get(self, group_id: str) -> SecurityGroup:
        query = select(security_groups).where(security_groups.c.id == group_id)
        found = self._with_rules(self._connection.execute(query).all())
        if not found:
            raise NotFound("security group", group_id)
        return found[0]

    def named(self, project_id: str, names: Sequence[str]) -> Sequence[SecurityGroup]:
        table = security_groups.c
        query = select(security_groups).where(
            table.project_id == project_id, or_(table.id.in_(names), table.name.in_(names))
        )
        rows = self._connection.execute(query.order_by(table.created, table.id))
        return [SecurityGroup(**fields_of(row)) for row in rows]

    def save(self, group: SecurityGroup) -> None:
        save(self._connection, security_groups, group, STORED)

    def remove(self, group_id: str) -> None:
        mine = security_group_rules.c.security_group_id == group_id
        try:
            with self._connection.begin_nested():
                self._connection.execute(delete(security_group_rules).where(mine))
                self._connection.execute(
                    delete(security_groups).where(security_groups.c.id == group_id)
                )
        except IntegrityError as error:
            raise SecurityGroupInUse(f"Security Group {group_id} in use.") from error

    def list(self, listing: Listing) -> Sequence[SecurityGroup]:
        rows = SHELF.page(self._connection, select(security_groups), listing)
        return self._with_rules(rows)

    def add_rule(self, rule: SecurityGroupRule) -> None:
        if insert_rule(self._connection, rule):
            return
        table = security_group_rules.c
        twin = self._connection.execute(
            select(table.id).where(
                table.security_group_id == rule.security_group_id,
                table.signature == rule.signature,
            )
        ).scalar_one_or_none()
        raise SecurityGroupRuleExists(f"Security group rule already exists. Rule id is {twin}.")

    def get_rule(self, rule_id: str) -> SecurityGroupRule:
        query = select(security_group_rules).where(security_group_rules.c.id == rule_id)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("security group rule", rule_id)
        return rule_of(row)

    def remove_rule(self, rule_id: str) -> None:
        self._connection.execute(
            delete(security_group_rules).where(security_group_rules.c.id == rule_id)
        )

    def list_rules(self, listing: Listing) -> Sequence[SecurityGroupRule]:
        rows = RULE_SHELF.page(self._connection, select(security_group_rules), listing)
        return [rule_of(row) for row in rows]

    def _add_rules(self, rules: Sequence[SecurityGroupRule]) -> None:
        rows = [values_of(rule, STORED_OF_RULE) for rule in rules]
        if rows:
            self._connection.execute(insert(security_group_rules), rows)

    def _with_rules(self, rows: Sequence[Row[Any]]) -> Sequence[SecurityGroup]:
        theirs: dict[str, list[SecurityGroupRule]] = {row.id: [] for row in rows}
        if rows:
            query = select(security_group_rules).where(
                security_group_rules.c.security_group_id.in_(theirs)
            )
            for row in self._connection.execute(query.order_by(security_group_rules.c.id)):
                theirs[row.security_group_id].append(rule_of(row))
        return [SecurityGroup(**fields_of(row), rules=tuple(theirs[row.id])) for row in rows]


def insert_rule(connection: Connection, rule: SecurityGroupRule) -> int:
    """Insert unless the group has such a rule. Raises NotFound when a group has gone."""
    try:
        with connection.begin_nested():
            row = values_of(rule, STORED_OF_RULE)
            return insert_unless_there(connection, security_group_rules, [row])
    except IntegrityError as error:
        gone = rule.remote_group_id or rule.security_group_id
        raise NotFound("security group", gone) from error


def rule_of(row: Row[Any]) -> SecurityGroupRule:
    """A row as the model has it."""
    fields = fields_of(row)
    del fields["signature"]
    return SecurityGroupRule(**fields)
