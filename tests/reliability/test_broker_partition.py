"""A broker of three, of which a minority is left: nothing is confirmed that could be lost."""

from collections.abc import Iterator

import pytest

from cyclades.adapters.amqp.hints import AmqpHints
from cyclades.ports.hints import BrokerUnavailable
from tests.harness.processes import wait_until
from tests.harness.rabbitmq import RabbitServer, private_epmd
from tests.harness.reliability import Recorder
from tests.harness.samples import fresh

pytestmark = [pytest.mark.real_rabbitmq, pytest.mark.slow]


@pytest.fixture
def three() -> Iterator[list[RabbitServer]]:
    with private_epmd() as (home, epmd):
        servers = [RabbitServer(home, epmd, name) for name in ("one", "two", "three")]
        try:
            for server in servers:
                server.start()
            for server in servers[1:]:
                server.ctl("stop_app")
                server.ctl("join_cluster", servers[0].node)
                server.ctl("start_app")
            yield servers
        finally:
            for server in servers:
                server.resume()
                server.kill()


@pytest.mark.fault(52)
def test_a_minority_confirms_nothing(
    three: list[RabbitServer], converged: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cyclades.adapters.amqp.connection.TIMEOUT", 3.0)
    cluster_id = fresh("cluster")
    nodes, operators = AmqpHints(three[0].url()), AmqpHints(three[0].url())
    operators.open(cluster_id).close()
    confirmed, refused = [], 0
    for number in range(20):
        nodes.publish(cluster_id, b"before %d" % number)
        confirmed.append(b"before %d" % number)
    for server in three[1:]:
        server.pause()
    for number in range(3):
        try:
            nodes.publish(cluster_id, b"during %d" % number)
            confirmed.append(b"during %d" % number)
        except BrokerUnavailable:
            refused += 1
    assert refused == 3, "one of three may say nothing for certain"
    three[0].kill()
    for server in three[1:]:
        server.resume()
    others = AmqpHints(three[1].url())
    came: set[bytes] = set()

    def all_there() -> bool:
        try:
            channel = others.open(cluster_id)
            came.update(delivery.body for delivery in channel.receive(100, 2))
            channel.close()
        except BrokerUnavailable:
            return False
        return came >= set(confirmed)

    with converged.timed(52, len(confirmed) + refused):
        wait_until(all_there, "every confirmed hint", seconds=90)
    others.close()
    nodes.close()
    operators.close()
