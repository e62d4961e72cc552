"""The reference of allocation: a bitmap for each subnet, as older designs keep them."""

from sqlalchemy import (
    Column,
    Engine,
    LargeBinary,
    MetaData,
    String,
    Table,
    bindparam,
    insert,
    select,
    update,
)

from cyclades.adapters.sql.addresses import SqlAddresses
from cyclades.domain.model.addresses import parse_block
from cyclades.domain.model.subnet import Subnet

metadata = MetaData()
bitmaps = Table(
    "bench_bitmaps",
    metadata,
    Column("subnet_id", String(64), primary_key=True),
    Column("taken", LargeBinary, nullable=False),
)
MINE = bitmaps.c.subnet_id == bindparam("subnet")
LOOK = select(bitmaps.c.taken).where(MINE).with_for_update()
KEEP = update(bitmaps).where(MINE)
FULL = 0xFF
GATEWAY_AND_BELOW = 0b11


class BitmapAddresses(SqlAddresses):
    """Whoever takes an address has its subnet's row until the transaction ends."""

    def claim_any(self, subnet: Subnet, port_id: str) -> str:
        values = {"subnet": subnet.id}
        taken = bytearray(self._connection.execute(LOOK, values).scalar_one())
        octet = next(at for at, bits in enumerate(taken) if bits != FULL)
        bit = next(at for at in range(8) if not taken[octet] >> at & 1)
        taken[octet] |= 1 << bit
        self._connection.execute(KEEP, values | {"taken": bytes(taken)})
        address = str(parse_block(subnet.cidr, "cidr")[octet * 8 + bit])
        self.claim_each(subnet, {port_id: address})
        return address


def prepare(engine: Engine, subnet: Subnet) -> None:
    """A bitmap of the subnet's own, all free but the first two."""
    size = parse_block(subnet.cidr, "cidr").num_addresses
    taken = bytes([GATEWAY_AND_BELOW]) + bytes(size // 8 - 1)
    with engine.begin() as connection:
        metadata.create_all(connection)
        connection.execute(insert(bitmaps).values(subnet_id=subnet.id, taken=taken))
