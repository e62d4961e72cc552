"""The live side (ASGI): /feed; with the API behind it where one process does everything."""

from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from cyclades.bootstrap import Application
from cyclades.web.feed.streams import FeedStreams, plain_fault


class Live(Router):
    """`rest` serves all other paths."""

    def __init__(self, app: Application, rest: ASGIApp | None = None) -> None:
        """Streams of this application."""
        self.feed = FeedStreams(app)
        routes = [Route("/feed", self.feed)]
        super().__init__(routes, redirect_slashes=False, default=rest or nothing)

    def end(self) -> None:
        """Let go of who is connected: the server is to end."""
        self.feed.end()


async def nothing(scope: Scope, receive: Receive, send: Send) -> None:
    """404."""
    response: Response = plain_fault(404, "The resource could not be found.")
    await response(scope, receive, send)
