"""The broadcaster by itself: who joins when, who is let go, who is cut."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from cyclades.bootstrap import Application
from cyclades.domain.model.events import Changed
from cyclades.domain.model.feed import Position
from cyclades.domain.model.sharing import Scope
from cyclades.web.feed import broadcaster as module
from cyclades.web.feed.broadcaster import Broadcaster, Subscriber

ALL = Scope(None, everything=True)


@pytest.fixture
def app(application_maker: Callable[..., Application], sqlite_database_url: str) -> Application:
    return application_maker(sqlite_database_url)


def publish(app: Application, *names: str) -> Position:
    with app.transaction() as unit:
        for name in names:
            unit.feed.publish(Changed("server", name, 1, "p"))
    with app.reader() as unit:
        return unit.feed_reader.newest()


def subscriber(position: Position, cuts: list[str]) -> Subscriber:
    return Subscriber(ALL, position, lambda: cuts.append("cut"))


def test_who_is_behind_reads_on_first(app: Application) -> None:
    async def story() -> None:
        first = publish(app, "a")
        casting = Broadcaster(app)
        early = subscriber(first, [])
        assert casting.join(early)
        second = await asyncio.to_thread(publish, app, "b")
        assert b'"b"' in await early.wait(5)
        assert not casting.join(subscriber(first, []))
        late, ahead = subscriber(second, []), subscriber(Position(0, second.seq + 1), [])
        assert casting.join(late)
        assert casting.join(ahead)
        await asyncio.to_thread(publish, app, "c", "d")
        text = await late.wait(5)
        assert b'"c"' in text
        assert b'"d"' in text
        # Who has read further than the others does not hear it twice.
        assert b'"c"' not in await ahead.wait(5)
        casting.end()

    asyncio.run(story())


def test_who_missed_something_is_let_go_and_nobody_else(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app.queue, "wait", lambda _topic, seen, _timeout: seen)

    async def story() -> None:
        casting = Broadcaster(app)
        behind = subscriber(publish(app, "a"), [])
        newest = publish(app, "b", "c")
        with app.transaction() as unit:
            unit.feed_reader.forget(app.clock.now() + timedelta(seconds=1), 10)
        up_to_date = subscriber(newest, [])
        assert casting.join(behind)
        assert casting.join(up_to_date)
        await behind.wait(5)
        assert (behind.ended, up_to_date.ended) == (True, False)
        casting.end()

    asyncio.run(story())


def test_who_takes_nothing_is_cut(app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 10)

    async def story() -> list[str]:
        cuts: list[str] = []
        casting = Broadcaster(app)
        slow, quick = subscriber(Position(), cuts), subscriber(Position(), [])
        assert casting.join(slow)
        assert casting.join(quick)
        for number in range(6):
            await asyncio.to_thread(publish, app, f"{number}", f"more {number}")
            assert f'"{number}"'.encode() in await quick.wait(5)
        casting.end()
        return cuts

    assert asyncio.run(story()) == ["cut"]
