"""What any VolumeTransferRepository does."""

from dataclasses import replace

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.volume_transfers import SqlVolumeTransfers
from cyclades.adapters.sql.volumes import SqlVolumes
from cyclades.domain.model.errors import AlreadyExists, NotFound
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.volume_transfer import VolumeTransfer, digest
from cyclades.ports.volume_transfers import VolumeTransferRepository
from tests.harness.samples import NOW
from tests.harness.volumes import a_volume

MINE, THEIRS, ALL = Scope("mine"), Scope("theirs"), Scope(None, everything=True)
OFFER = VolumeTransfer("t", "mine", "volume", None, digest("key"), no_snapshots=False, created=NOW)


@pytest.fixture
def transfers(connection: Connection) -> VolumeTransferRepository:
    SqlVolumes(connection).add(a_volume(id="volume"))
    return SqlVolumeTransfers(connection)


def test_what_goes_in_comes_out(transfers: VolumeTransferRepository) -> None:
    transfers.add(OFFER)
    assert transfers.get(MINE, "t") == transfers.take(ALL, "t") == OFFER
    assert transfers.list(Listing(MINE)) == [OFFER]
    assert (transfers.count(Listing(MINE)), transfers.count(Listing(THEIRS))) == (1, 0)
    for find in (transfers.get, transfers.take):
        with pytest.raises(NotFound):
            find(THEIRS, "t")
    with pytest.raises(AlreadyExists):
        transfers.add(replace(OFFER, id="another"))
    transfers.remove(OFFER)
    with pytest.raises(NotFound):
        transfers.get(MINE, "t")


def test_only_its_key_opens_it() -> None:
    assert OFFER.opened_by("key")
    assert not OFFER.opened_by("kez")
    assert "key" not in repr(OFFER.key_hash)
