"""Conditions on a long list of texts, which is one parameter however long it is."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Text, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from cyclades.adapters.sql.schema.lists import JsonTuple


def among(column: ColumnElement[Any], name: str) -> Mapping[str, ColumnElement[bool]]:
    """By dialect: the column's value is in the list that the parameter `name` has."""
    listed = func.json_each(bindparam(name, type_=JsonTuple())).table_valued("value")
    return {
        "postgresql": column == any_(bindparam(name, type_=ARRAY(Text))),
        "sqlite": column.in_(select(listed.c.value)),
    }
