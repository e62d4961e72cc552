"""GET /feed: streams of server-sent events (ASGI).

A stream replays what its reader missed, in pages, and joins the broadcaster when it has
caught up. Whoever does not read is cut off.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from cyclades.bootstrap import Application, Unit
from cyclades.domain.model.errors import TooManyRequests
from cyclades.domain.model.feed import FeedPage, FeedTicket, Position, may_see, position_of
from cyclades.web import faults
from cyclades.web.feed import events
from cyclades.web.feed.broadcaster import PAGE, Broadcaster, Subscriber

log = structlog.get_logger("cyclades.feed")
T = TypeVar("T")
READERS = 4  # threads that admit and replay
STALLED = 30.0  # seconds for which a reader may take nothing at all
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-accel-buffering", b"no"),  # proxies pass on what comes as it comes
]


class FeedStreams:
    """The endpoint: admits, counts, streams."""

    def __init__(self, app: Application) -> None:
        """No stream is open."""
        self.app = app
        self.broadcaster = Broadcaster(app)
        self.open: dict[Subscriber, FeedTicket] = {}
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="feed-reader")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        request = Request(scope, receive)
        if request.method != "GET":
            response = plain_fault(405, "The method is not allowed for this resource.")
            response.headers["Allow"] = "GET"
            await response(scope, receive, send)
            return
        said = request.headers.get("last-event-id") or request.query_params.get("last_event_id")
        try:
            ticket = await self._admit(request.query_params.get("ticket", ""))
            stream = Stream(self, ticket, send)
            await stream.find_place(said or "")
        except Exception as error:  # noqa: BLE001 - each has its status, as in the API
            await refusal(error)(scope, receive, send)
            return
        await stream.run(receive)

    def end(self) -> None:
        """Let all streams end; their clients come back elsewhere."""
        self.broadcaster.end()
        for subscriber in self.open:
            subscriber.end()

    async def read(self, work: Callable[[Unit], T]) -> T:
        """Do this in a thread, with a unit that reads."""

        def in_thread() -> T:
            with self.app.reader() as unit:
                return work(unit)

        return await asyncio.get_running_loop().run_in_executor(self._threads, in_thread)

    async def _admit(self, secret: str) -> FeedTicket:
        ticket = await asyncio.get_running_loop().run_in_executor(
            self._threads,
            lambda: self.app.atomically(lambda unit: unit.feed_admission.redeem(secret)),
        )
        mine = Counter(held.user_id for held in self.open.values())[ticket.user_id]
        if mine >= self.app.settings.feed_streams_per_user:
            raise TooManyRequests("There are too many open streams of this user.", 60)
        return ticket


class Stream:
    """One open stream."""

    def __init__(self, streams: FeedStreams, ticket: FeedTicket, send: Send) -> None:
        """Of this ticket's holder."""
        self._streams = streams
        self._ticket = ticket
        self._send_raw = send
        self._task = asyncio.current_task()
        self._was_cut = False
        self._subscriber = Subscriber(ticket.scope, Position(), self._cut)
        self._ends = time.monotonic() + self._life()
        self._known = True

    async def find_place(self, said: str) -> None:
        """Go to the position that the client said, or to the newest."""
        position = position_of(said)

        def look(unit: Unit) -> tuple[Position, bool]:
            newest = unit.feed_reader.newest()
            if position is None:
                return newest, not said
            known = unit.feed_reader.after(position, 1).horizon <= position <= newest
            return (position if known else newest), known

        self._subscriber.position, self._known = await self._streams.read(look)

    async def run(self, receive: Receive) -> None:
        """Stream until the reader goes, stalls, or has no right to it any more."""
        self._streams.open[self._subscriber] = self._ticket
        watching = asyncio.create_task(self._watch(receive))
        try:
            await self._begin()
            await self._catch_up()
            await self._go_on()
            await self._send_raw({"type": "http.response.body", "body": b""})
        except TimeoutError:
            await abort(self._send_raw)
        except asyncio.CancelledError:
            if not self._was_cut:
                raise
            await abort(self._send_raw)
        finally:
            watching.cancel()
            self._streams.broadcaster.leave(self._subscriber)
            del self._streams.open[self._subscriber]

    async def _begin(self) -> None:
        await self._send_raw({"type": "http.response.start", "status": 200, "headers": HEADERS})
        first = events.hello if self._known else events.reset
        await self._send(events.RETRY + first(self._subscriber.position))

    async def _catch_up(self) -> None:
        # Each page is read in a thread of its own turn: a long replay holds nobody up.
        subscriber = self._subscriber
        while not subscriber.ended:
            page = await self._page(subscriber.position)
            if subscriber.position < page.horizon:
                subscriber.position = await self._streams.read(lambda u: u.feed_reader.newest())
                await self._send(events.reset(subscriber.position))
                continue
            seen = [entry for entry in page.entries if may_see(subscriber.scope, entry.event)]
            if page.entries:
                subscriber.position = page.entries[-1].position
            if seen:
                await self._send(b"".join(map(events.change, seen)))
            if len(page.entries) < PAGE and self._streams.broadcaster.join(subscriber):
                return

    async def _go_on(self) -> None:
        beat = self._streams.app.settings.feed_heartbeat
        while not self._subscriber.ended and (left := self._ends - time.monotonic()) > 0:
            text = await self._subscriber.wait(min(beat, left))
            await self._send(text or events.beat(self._subscriber.position))

    async def _page(self, position: Position) -> FeedPage:
        return await self._streams.read(lambda unit: unit.feed_reader.after(position, PAGE))

    async def _send(self, body: bytes) -> None:
        async with asyncio.timeout(STALLED):
            await self._send_raw({"type": "http.response.body", "body": body, "more_body": True})

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._subscriber.end()

    def _life(self) -> float:
        # A stream cannot be asked for a token again: it ends, and its client asks for a ticket.
        most = self._streams.app.settings.feed_stream_life
        if self._ticket.until is None:
            return most
        left = (self._ticket.until - self._streams.app.clock.now()).total_seconds()
        return min(most, left)

    def _cut(self) -> None:
        log.info("a reader of the feed was too slow", user=self._ticket.user_id)
        self._was_cut = True
        if self._task is not None:
            self._task.cancel()


async def abort(send: Send) -> None:
    """Close the connection with all that waits in it.

    To end politely, one would wait for the reader who does not read. ASGI has no word for
    it: this asks uvicorn's connection, and leaves other servers to what they do.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is not None:
        transport.abort()
        await asyncio.sleep(0)  # the connection hears of it


def refusal(error: Exception) -> Response:
    """The error as the API says it."""
    status = faults.status_of("feed", error)
    if status == 500:
        log.error("unexpected error", exc_info=error)
        return plain_fault(status, faults.UNEXPECTED)
    if status == 503:
        return plain_fault(status, "The database does not answer. Please try again.")
    return plain_fault(status, str(error), error)


def plain_fault(status: int, message: str, error: Exception | None = None) -> Response:
    """An error in the form of services without one of their own."""
    made = faults.fault("/feed", status, message, error)
    headers = {"Cache-Control": "no-store"}
    if "Retry-After" in made.headers:
        headers["Retry-After"] = made.headers["Retry-After"]
    return Response(made.body, status, headers, made.content_type)
