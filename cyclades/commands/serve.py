"""`cyclades serve`: API and feed, and in an embedded setup the workers, in one process."""

import signal
import socket
from pathlib import Path

import click
import uvicorn

from cyclades.commands import ini
from cyclades.commands.first_run import first_run
from cyclades.commands.worker import start_workers
from cyclades.web.api import make_api
from cyclades.web.bridge import Bridge
from cyclades.web.live import Live

THREADS = 8
IDLE = 120  # seconds for which a connection is kept for the next request
PATIENCE = 2  # seconds that requests in progress have when all ends


class Server(uvicorn.Server):
    """Streams have no end of their own: they are told."""

    def __init__(self, live: Live) -> None:
        """Of this application."""
        self._live = live
        super().__init__(
            uvicorn.Config(
                live,
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,  # whom to believe is the API's matter
                timeout_keep_alive=IDLE,
                timeout_graceful_shutdown=PATIENCE,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then the rest."""
        self._live.end()
        await super().shutdown(sockets)


@click.command()
@click.argument(
    "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=ini.DEFAULT
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8774, show_default=True, type=click.IntRange(0, 65535))
@ini.plainly
def serve(path: Path, host: str, port: int) -> None:
    """Migrate, make what a first run needs, serve until interrupted."""
    say("Bringing the database up to date ...")
    app = ini.application(path, migrate=True)
    listening = listen(host, port)
    url = f"http://{host}:{listening.getsockname()[1]}"
    first_run(app, app.settings.public_url or url, say)
    running = start_workers(app) if app.settings.workers else None
    bridge = Bridge(make_api(app), THREADS)
    server = Server(Live(app, bridge))

    def end(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    say(f"Cyclades serves on {url}/ - Ctrl-C ends it.")
    try:
        server.run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        say("Ending ...")
        bridge.close()
        if running:
            running.stop(app.queue.wake)
        app.close()


def listen(host: str, port: int) -> socket.socket:
    """The listening socket. Raises click.ClickException when the port is taken."""
    try:
        return socket.create_server((host, port), backlog=1024)
    except OSError as error:
        raise click.ClickException(f"cannot listen on {host}:{port}: {error.strerror}") from error


def say(message: str) -> None:
    """Tell whoever started us."""
    click.echo(message)
