"""How many updates one worker applies in a second: from the broker to the commit."""

import dataclasses
import time
from statistics import median

from sqlalchemy import func, select

from benchmarks.ground import Ground, create, register_cluster
from cyclades.adapters.simulated import engine
from cyclades.adapters.simulated.driver import SimulatedDriver
from cyclades.adapters.simulated.opcodes import opcode_of
from cyclades.adapters.simulated.world import World
from cyclades.adapters.sql.schema.effects import effects
from cyclades.bootstrap import Application
from cyclades.domain.model.hints import Hint, HintKind, write_hint
from cyclades.domain.model.reports import JobRank
from cyclades.workers.updates import ClusterListener, applying
from tests.harness.rabbitmq import running_rabbitmq

ZONE = "rate"
SERVERS, AT_ONCE, ROUNDS = 500, 100, 3
QUICK = {"speed": "1000", "running_jobs": "100000", "node_memory_mib": "1000000000"}


def rate(ground: Ground) -> dict[str, float]:
    """Final jobs of creations, each with one hint; the median of some rounds."""
    with running_rabbitmq() as rabbit:
        ours = ground.app.settings
        app = Application(dataclasses.replace(ours, hints="amqp", broker_url=rabbit.url()))
        try:
            cluster_id = register_cluster(app, ZONE, **QUICK)
            found = [one_round(ground, app, cluster_id) for _ in range(ROUNDS)]
        finally:
            app.close()
    return {"updates per second": median(found), "worst": min(found), "best": max(found)}


def one_round(ground: Ground, app: Application, cluster_id: str) -> float:
    """Servers are asked for and their jobs done; then only the updates are timed."""
    driver = app.drivers.of(cluster_id)
    assert isinstance(driver, SimulatedDriver)
    caller = app.identity.caller(ground.token)
    for _ in range(SERVERS // AT_ONCE):
        create(app, caller, ground.image, AT_ONCE, ZONE)
    jobs = submit_all(app, driver, cluster_id)
    while any(job.rank is not JobRank.FINAL for job in driver.jobs_of(jobs)):
        time.sleep(0.2)
    threads = applying(app)
    listener = ClusterListener(app, cluster_id, threads)
    app.hints.open(cluster_id).close()
    for job_id in jobs:
        app.hints.publish(cluster_id, write_hint(Hint(cluster_id, HintKind.JOB, job_id=job_id)))
    started = time.perf_counter()
    while unfinished(app, cluster_id):
        listener.turn()
    taken = time.perf_counter() - started
    listener.close()
    if threads:
        threads.shutdown()
    return len(jobs) / taken


def submit_all(app: Application, driver: SimulatedDriver, cluster_id: str) -> list[int]:
    """All effects of the cluster as jobs, in one step."""
    now = app.clock.now()
    claims = app.atomically(lambda unit: unit.outbox.claim(now, now, 10**6, 10**6))
    claims = [claim for claim in claims if claim.effect.cluster_id == cluster_id]

    def verb(world: World) -> list[int]:
        return [
            engine.submit(world, driver.store.settings, opcode_of(claim.effect, world.time)).id
            for claim in claims
        ]

    return driver.store.change(verb)


def unfinished(app: Application, cluster_id: str) -> int:
    with app.reader() as unit:
        query = select(func.count()).where(
            effects.c.cluster_id == cluster_id, effects.c.finished.is_(None)
        )
        return unit.connection.execute(query).scalar_one()
