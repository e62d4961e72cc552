"""What any ServerGuestRepository does."""

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.clusters import SqlClusters
from cyclades.adapters.sql.server_guests import SqlServerGuests
from cyclades.adapters.sql.servers import SqlServers
from cyclades.domain.model.server import Server
from cyclades.domain.model.server_guest import ServerGuest
from cyclades.domain.model.server_states import VmState
from tests.contracts.network_rows import Rows
from tests.harness.samples import NOW, a_cluster, a_server
from tests.harness.sealing import dumped, secrets

CANARY = "Y2FuYXJ5LTVkMjE="
GUESTS = [ServerGuest(), ServerGuest({"mine": "ssh-ed25519 AAAA me"}, CANARY)]


def added(connection: Connection) -> Server:
    SqlClusters(connection, secrets()).add(a_cluster(), NOW)
    server = a_server()
    SqlServers(connection).add(server)
    return server


@pytest.mark.parametrize("guest", GUESTS)
def test_what_is_kept_comes_back_and_goes(connection: Connection, guest: ServerGuest) -> None:
    server = added(connection)
    guests = SqlServerGuests(connection, secrets())
    assert guests.get(server.id) == ServerGuest()
    guests.add(server.id, guest)
    assert guests.get(server.id) == guest
    assert CANARY not in dumped(connection)
    guests.remove(server.id)
    guests.remove(server.id)
    assert guests.get(server.id) == ServerGuest()


def test_data_that_was_sealed_with_a_lost_key_is_no_data(connection: Connection) -> None:
    server = added(connection)
    SqlServerGuests(connection, secrets()).add(server.id, GUESTS[1])
    found = SqlServerGuests(connection, secrets()).get(server.id)
    assert found == ServerGuest(GUESTS[1].public_keys)


def test_addresses_have_holders_in_their_cluster_and_network(connection: Connection) -> None:
    server = added(connection)
    guests, rows = SqlServerGuests(connection, secrets()), Rows(connection)
    rows.network()
    rows.network(id="other")
    rows.subnet()
    on_server = {"device_id": server.id, "device_owner": "compute:nova"}
    rows.port("mine", **on_server)
    rows.port("free")
    held = [rows.addresses.claim_any(rows.subnets.get("sub"), name) for name in ("mine", "free")]
    floating = rows.floating_ip(network_id="net", address="10.0.0.77", port_id="mine")
    for address, cluster, network, holder in (
        (held[0], "one", "net", server.id),
        (floating.address, "one", "net", server.id),
        (held[0], "two", "net", None),
        (held[0], "one", "other", None),
        (held[1], "one", "net", None),
        ("10.0.0.99", "one", "net", None),
    ):
        assert guests.holder(cluster, network, address) == holder
    server.vm_state = VmState.DELETED
    SqlServers(connection).save(server, NOW)
    assert guests.holder("one", "net", held[0]) is None
