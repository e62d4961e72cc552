"""`cyclades worker KIND...`: workers in a process of their own."""

import signal
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from cyclades.bootstrap import Application
from cyclades.commands import ini
from cyclades.workers.effects import EffectsWorker
from cyclades.workers.housekeeping import HousekeepingWorker
from cyclades.workers.images import ImagesWorker
from cyclades.workers.poller import PollerWorker
from cyclades.workers.reconciler import ReconcilerWorker
from cyclades.workers.router import RouterWorker
from cyclades.workers.running import Running, Worker
from cyclades.workers.updates import UpdatesWorker

KINDS: Mapping[str, Callable[[Application], Worker]] = {
    "effects": EffectsWorker,
    "poller": PollerWorker,
    "updates": UpdatesWorker,
    "reconciler": ReconcilerWorker,
    "housekeeping": HousekeepingWorker,
    "images": ImagesWorker,
    "router": RouterWorker,
}


@click.command()
@click.argument("kinds", nargs=-1, required=True, type=click.Choice(list(KINDS)))
@ini.option
def worker(kinds: tuple[str, ...], path: Path) -> None:
    """Run workers until interrupted; any number of processes may do so at once."""
    app = ini.application(path)
    running = start_workers(app, kinds)

    def end(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, end)
    try:
        running.wait_for_stop()
    except KeyboardInterrupt:
        pass
    finally:
        running.stop(app.queue.wake)
        app.close()


def start_workers(app: Application, kinds: tuple[str, ...] = tuple(KINDS)) -> Running:
    """Workers of these kinds in threads of this process."""
    running = Running(app.queue.wait)
    for kind in kinds:
        running.start(KINDS[kind](app))
    return running
