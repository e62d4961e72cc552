"""One reader of the feed for all streams of a process."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from cyclades.bootstrap import Application
from cyclades.domain.model.feed import START, FeedEntry, FeedPage, Position, may_see
from cyclades.domain.model.sharing import Scope
from cyclades.web.feed import events

log = structlog.get_logger("cyclades.feed")
# Seconds between two looks while nobody in this process says that there is more: there,
# with all workers in it, they nearly always do.
LOOK, LOOK_WITH_WORKERS = 0.25, 2.0
AFTER_ERROR = 1.0  # seconds
PAGE = 500
MOST_WAITING = 5000  # events


class Subscriber:
    """A stream's end of the broadcaster: what waits to be sent.

    `cut` is called when more waits than may; it must end the stream at once.
    """

    def __init__(self, scope: Scope, position: Position, cut: Callable[[], None]) -> None:
        """Wants what comes after the position."""
        self.scope = scope
        self.position = position
        self.ended = False
        self._cut = cut
        self._waiting: list[bytes] = []
        self._woken = asyncio.Event()

    def tell(self, entries: Sequence[tuple[FeedEntry, bytes]]) -> None:
        """Take what the reader may see."""
        self._waiting += [
            text
            for entry, text in entries
            if entry.position > self.position and may_see(self.scope, entry.event)
        ]
        self.position = max(self.position, entries[-1][0].position)
        if len(self._waiting) > MOST_WAITING:
            self._waiting.clear()
            self._cut()
        elif self._waiting:
            self._woken.set()

    def end(self) -> None:
        """Let the stream end by itself."""
        self.ended = True
        self._woken.set()

    async def wait(self, seconds: float) -> bytes:
        """What has come, after so many seconds at the latest; nothing when nothing has."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return b""
        self._woken.clear()
        waiting, self._waiting = self._waiting, []
        return b"".join(waiting)


class Broadcaster:
    """Looks for new events while there are subscribers, and tells each of them.

    All its methods are for the thread of the event loop; it reads in a thread of its own.
    """

    def __init__(self, app: Application) -> None:
        """Nobody listens."""
        self._app = app
        self._subscribers: set[Subscriber] = set()
        self._position = START
        self._seen = 0
        self._look = LOOK_WITH_WORKERS if app.settings.workers else LOOK
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="feed")
        self._following: asyncio.Task[None] | None = None
        self._ended = False

    def join(self, subscriber: Subscriber) -> bool:
        """Tell it what comes from now on; False while it is behind what was told already."""
        if self._following is None:
            self._position = subscriber.position
            self._following = asyncio.create_task(self._follow())
        elif subscriber.position < self._position:
            return False
        self._subscribers.add(subscriber)
        return True

    def leave(self, subscriber: Subscriber) -> None:
        """Tell it no more."""
        self._subscribers.discard(subscriber)

    def end(self) -> None:
        """Look no more: the process is to end, and must not wait for the thread."""
        self._ended = True
        self._app.queue.wake("feed")

    async def _follow(self) -> None:
        full = False
        try:
            while self._subscribers and not self._ended:
                try:
                    page = await asyncio.get_running_loop().run_in_executor(
                        self._thread, self._read, 0.0 if full else self._look
                    )
                except Exception as error:  # noqa: BLE001 - it is tried again, for ever
                    # The database is away: streams stay, and go on when it is back.
                    log.warning("the feed cannot be read", reason=str(error).partition("\n")[0])
                    await asyncio.sleep(AFTER_ERROR)
                    continue
                full = len(page.entries) == PAGE
                self._tell(page)
        finally:
            self._following = None

    def _read(self, patience: float) -> FeedPage:
        self._seen = self._app.queue.wait("feed", self._seen, patience)
        with self._app.reader() as unit:
            return unit.feed_reader.after(self._position, PAGE)

    def _tell(self, page: FeedPage) -> None:
        if self._position < page.horizon:
            # Something was dropped before it was read here. Who resumes is told so.
            for subscriber in self._subscribers:
                if subscriber.position < page.horizon:
                    subscriber.end()
            self._position = page.horizon
        if page.entries:
            self._position = page.entries[-1].position
            texts = [(entry, events.change(entry)) for entry in page.entries]
            for subscriber in self._subscribers:
                subscriber.tell(texts)
