"""Commands of rows that an older release wrote."""

from dataclasses import asdict

import orjson

from cyclades.adapters.sql.commands import command_from
from cyclades.domain.model.hardware import Hardware
from cyclades.domain.model.operation import Operation
from tests.contracts.clusters import wanted


def test_an_older_creation_wants_no_machine() -> None:
    said = asdict(wanted("one"))
    assert said.pop("hardware") == asdict(Hardware())
    assert command_from(Operation.CREATE, orjson.dumps(said).decode()) == wanted("one")
