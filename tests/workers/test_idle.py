"""Workers with nothing to do rest: they do not wake themselves or each other."""

from cyclades.bootstrap import Application
from cyclades.workers.effects import IDLE, EffectsWorker
from cyclades.workers.poller import PollerWorker
from cyclades.workers.reconciler import PAUSE, ReconcilerWorker
from cyclades.workers.router import PAUSE as LOOK
from cyclades.workers.router import RouterWorker


def wakes(application: Application, topic: str) -> int:
    return application.queue.wait(topic, 0, 0)


def test_looking_for_effects_wakes_nobody(application: Application) -> None:
    worker = EffectsWorker(application)
    assert worker.turn() == IDLE
    assert worker.turn() == IDLE
    assert wakes(application, "effects") == 0
    assert wakes(application, "poller") == 0
    worker.close()


def test_looking_for_clusters_wakes_nobody(application: Application) -> None:
    worker = PollerWorker(application)
    assert worker.turn() == application.settings.poll_slow
    assert wakes(application, "effects") == 0
    assert wakes(application, "poller") == 0
    worker.close()


def test_auditing_what_agrees_wakes_nobody(application: Application) -> None:
    worker = ReconcilerWorker(application)
    assert worker.turn() == PAUSE
    for topic in ("effects", "poller", "reconciler"):
        assert wakes(application, topic) == 0
    worker.close()


def test_looking_for_routers_wakes_nobody(application: Application) -> None:
    worker = RouterWorker(application)
    for _ in range(2):
        assert worker.turn() == LOOK
        for topic in ("effects", "poller", "reconciler", "router"):
            assert wakes(application, topic) == 0
    worker.close()
