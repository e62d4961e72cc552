"""`cyclades serve`: the API, and in an embedded setup the workers, in one process."""

import secrets
import signal
import socket
from pathlib import Path

import click
from waitress.server import create_server

from cyclades.commands import ini
from cyclades.commands.first_run import first_run
from cyclades.commands.worker import start_workers
from cyclades.web.api import make_api

THREADS = 8


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
    server = create_server(
        make_api(app),
        sockets=[listening],
        threads=THREADS,
        ident=secrets.token_hex(2),
        max_request_body_size=app.settings.image_max_bytes,
    )

    def end(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    say(f"Cyclades serves on {url}/ - Ctrl-C ends it.")
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        say("Ending ...")
        server.close()
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
