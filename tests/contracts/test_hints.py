"""What any HintBroker does, and its channels."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from cyclades.adapters.amqp.hints import AmqpHints
from cyclades.adapters.system.hints import InProcessHints
from cyclades.domain.model.hints import MOST_DELIVERIES, TOO_OFTEN
from cyclades.ports.hints import BrokerUnavailable, Delivery, HintBroker, HintChannel
from tests.harness.processes import wait_until
from tests.harness.samples import fresh

LONG, SHORT = 20.0, 0.1


@pytest.fixture(params=["inprocess", pytest.param("amqp", marks=pytest.mark.real_rabbitmq)])
def broker(request: pytest.FixtureRequest) -> Iterator[HintBroker]:
    made: HintBroker = InProcessHints()
    if request.param == "amqp":
        made = AmqpHints(request.getfixturevalue("rabbitmq_server").url())
    yield made
    made.drop([letter.id for letter in made.parked()])
    made.close()


@pytest.fixture
def cluster() -> str:
    return fresh("cluster")


@pytest.fixture
def channel(broker: HintBroker, cluster: str) -> Iterator[HintChannel]:
    opened = broker.open(cluster)
    yield opened
    opened.close()


def bodies(deliveries: Sequence[Delivery]) -> list[bytes]:
    return [delivery.body for delivery in deliveries]


def all_of(channel: HintChannel, count: int) -> list[Delivery]:
    """So many deliveries, however they arrive."""
    found: list[Delivery] = []
    wait_until(lambda: len(found.__iadd__(channel.receive(count, SHORT))) >= count, "hints")
    return found


def test_hints_come_as_they_were_sent(broker: HintBroker, channel: HintChannel, cluster: str):
    sent = [b"one", b"\xff\x00 two", b"", b"x" * 100_000]
    for body in sent:
        broker.publish(cluster, body)
    came = all_of(channel, len(sent))
    assert bodies(came) == sent
    assert not any(delivery.again for delivery in came)
    channel.settle(came)
    assert not channel.receive(1, SHORT)


def test_no_more_come_than_were_asked_for(broker: HintBroker, channel: HintChannel, cluster: str):
    for number in range(5):
        broker.publish(cluster, b"%d" % number)
    first = channel.receive(2, LONG)
    assert 1 <= len(first) <= 2
    rest = all_of(channel, 5 - len(first))
    assert bodies([*first, *rest]) == [b"%d" % number for number in range(5)]
    channel.settle([*first, *rest])


def test_receiving_waits_for_the_first(broker: HintBroker, channel: HintChannel, cluster: str):
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(channel.receive, 10, LONG)
        broker.publish(cluster, b"late")
        assert bodies(waiting.result()) == [b"late"]


def test_each_cluster_has_its_own(broker: HintBroker, channel: HintChannel, cluster: str):
    other = fresh("cluster")
    elsewhere = broker.open(other)
    broker.publish(other, b"theirs")
    assert not channel.receive(1, SHORT)
    assert bodies(elsewhere.receive(1, LONG)) == [b"theirs"]
    elsewhere.close()


def test_what_is_not_settled_goes_to_the_next(broker: HintBroker, cluster: str):
    first, second = broker.open(cluster), broker.open(cluster)
    for number in range(3):
        broker.publish(cluster, b"%d" % number)
    taken = all_of(first, 3)
    first.settle(taken[:1])
    assert not second.receive(3, SHORT)
    first.close()
    left = all_of(second, 2)
    assert bodies(left) == [b"1", b"2"]
    assert all(delivery.again for delivery in left)
    second.settle(left)
    second.close()


def test_one_channel_at_a_time_gets_them(broker: HintBroker, channel: HintChannel, cluster: str):
    waiting = broker.open(cluster)
    for _ in range(3):
        broker.publish(cluster, b"hint")
        assert not waiting.receive(1, SHORT)
    channel.settle(all_of(channel, 3))
    waiting.close()


def test_some_may_be_settled_before_others(broker: HintBroker, cluster: str):
    channel = broker.open(cluster)
    for number in range(4):
        broker.publish(cluster, b"%d" % number)
    taken = all_of(channel, 4)
    channel.settle([taken[1], taken[3]])
    channel.settle([])
    channel.close()
    again = broker.open(cluster)
    left = all_of(again, 2)
    assert bodies(left) == [b"0", b"2"]
    again.settle(left)
    again.close()


def test_a_hint_that_cannot_be_handled_comes_again_but_not_for_ever(
    broker: HintBroker, channel: HintChannel, cluster: str
):
    broker.publish(cluster, b"bad")
    for time in range(MOST_DELIVERIES + 1):
        (taken,) = channel.receive(1, LONG)
        assert taken.again is (time > 0)
        channel.give_back([taken])
    assert not channel.receive(1, SHORT)
    wait_until(lambda: len(broker.parked()) == 1, "the dead letter")
    (letter,) = broker.parked()
    assert (letter.cluster_id, letter.reason, letter.body) == (cluster, TOO_OFTEN, b"bad")


def test_a_parked_hint_says_why(broker: HintBroker, channel: HintChannel, cluster: str):
    for body in (b"bad", b"good"):
        broker.publish(cluster, body)
    bad, good = all_of(channel, 2)
    channel.park(bad, "not JSON")
    channel.settle([good])
    (letter,) = broker.parked()
    assert (letter.cluster_id, letter.reason, letter.body) == (cluster, "not JSON", b"bad")
    assert not channel.receive(1, SHORT)


def test_dead_letters_are_retried_or_dropped(
    broker: HintBroker, channel: HintChannel, cluster: str
):
    for body in (b"1", b"2", b"3"):
        broker.publish(cluster, body)
        channel.park(all_of(channel, 1)[0], "a reason")
    letters = broker.parked()
    assert [letter.body for letter in letters] == [b"1", b"2", b"3"]
    assert len({letter.id for letter in letters}) == 3
    assert broker.retry(["unknown"]) == 0
    assert broker.retry([letters[1].id]) == 1
    came = all_of(channel, 1)
    assert bodies(came) == [b"2"]
    channel.settle(came)
    assert broker.drop([letters[0].id, "unknown"]) == 1
    assert [letter.body for letter in broker.parked()] == [b"3"]


def test_waiting_keeps_what_is_not_settled(broker: HintBroker, channel: HintChannel, cluster: str):
    broker.publish(cluster, b"kept")
    taken = all_of(channel, 1)
    channel.wait(SHORT)
    assert not channel.receive(1, SHORT)
    channel.settle(taken)


def test_depths(broker: HintBroker, cluster: str):
    broker.open(cluster).close()
    for _ in range(3):
        broker.publish(cluster, b"hint")
    wait_until(lambda: broker.depths([cluster, "nobody"]) == {cluster: 3}, "the depth")
    channel = broker.open(cluster)
    channel.settle(all_of(channel, 3))
    channel.close()
    wait_until(lambda: broker.depths([cluster]) == {cluster: 0}, "the end of it")


def test_a_cluster_that_nobody_knows_has_no_queue(broker: HintBroker):
    with pytest.raises(BrokerUnavailable):
        broker.publish("nobody", b"hint")
    broker.open("somebody").close()
    broker.publish("somebody", b"after an error it goes on")
    channel = broker.open("somebody")
    channel.settle(all_of(channel, 1))
    channel.close()


def test_a_closed_broker_can_be_used_again(broker: HintBroker, cluster: str):
    broker.open(cluster).close()
    broker.close()
    broker.publish(cluster, b"hint")
    channel = broker.open(cluster)
    channel.settle(all_of(channel, 1))
    channel.close()


def test_threads_share_a_broker(broker: HintBroker, channel: HintChannel, cluster: str):
    with ThreadPoolExecutor(8) as threads:
        sent = [b"%d" % number for number in range(100)]
        list(threads.map(lambda body: broker.publish(cluster, body), sent))
    came = all_of(channel, 100)
    assert sorted(bodies(came)) == sorted(sent)
    channel.settle(came)
