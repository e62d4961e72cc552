"""How a simulated cluster's time passes.

Nothing runs in the background: each call first brings the world to the present, event by
event. What a world is at a given time depends only on what it was and on the time asked
for, not on how often somebody looked, so readers in several processes agree.
"""

from collections.abc import Iterable
from typing import Any, Final

from cyclades.adapters.simulated import execution
from cyclades.adapters.simulated.settings import Settings
from cyclades.adapters.simulated.world import Job, Opcode, World

QUEUEING: Final = 0.05
DURATIONS: Final = {"OP_INSTANCE_CREATE": 0.5}
USUAL_DURATION: Final = 0.25
PREREQUISITES: Final = 0.05  # how long a job takes to find out that it cannot be done


def submit(world: World, settings: Settings, op: Opcode) -> Job:
    """Queue one opcode; the id is never used again."""
    world.last_job += 1
    duration = DURATIONS.get(op["OP_ID"], USUAL_DURATION) / settings.speed
    jitter = world.chance("duration", world.last_job).uniform(0.8, 1.2)
    job = Job(world.last_job, op, world.time, duration=duration * jitter * world.faults.slowness)
    if world.faults.fail_jobs:
        world.faults.fail_jobs -= 1
        job.error = world.faults.failure
    elif world.chance("failure", job.id).random() < settings.failure_rate:
        job.error = ["OpExecError", ["Failed by chance"]]
    world.jobs[job.id] = job
    return job


def cancel(world: World, job_id: int) -> str | None:
    """Cancel a job that does not run yet; otherwise say why it cannot be."""
    job = world.jobs.get(job_id)
    if job is None:
        return f"Job {job_id} not found"
    if job.status not in {"queued", "waiting"}:
        return f"Job no longer waiting in the queue: status {job.status}"
    end(world, job, "canceled")
    return None


def advance(world: World, settings: Settings, now: float) -> None:
    """Let everything happen that happens until `now`; the past stays as it was."""
    now = max(now, world.time)
    while True:
        active = [job for job in world.jobs.values() if not job.final]
        settle(world, settings, active)
        due = min(moments(world, settings, active), default=now)
        if world.faults.paused or due >= now:
            break
        world.time = due
    world.time = now
    settle(world, settings, [job for job in world.jobs.values() if not job.final])
    archive(world, settings)


def moments(world: World, settings: Settings, active: Iterable[Job]) -> Iterable[float]:
    """When the next things happen: jobs leave the queue, or end."""
    for job in active:
        moment = job.finish if job.status == "running" else job.received + delay(settings)
        if moment > world.time:
            yield moment


def delay(settings: Settings) -> float:
    """How long a job stays queued even when nothing else is to do."""
    return QUEUEING / settings.speed


def settle(world: World, settings: Settings, active: list[Job]) -> None:
    """Do all that can be done at the world's present, in the order of the queue."""
    if world.faults.paused:
        return
    for job in active:
        if job.status == "running" and job.finish <= world.time:
            execution.finish(world, job)
            end(world, job, "error" if job.error else "success")
    held = {lock for job in active if job.status == "running" for lock in job.locks}
    slots = settings.running_jobs - sum(job.status in {"waiting", "running"} for job in active)
    for job in active:
        if job.status == "queued" and slots > 0 and job.received + delay(settings) <= world.time:
            job.status = "waiting"
            slots -= 1
        if job.status == "waiting" and dependencies_met(world, job) and not job.locks & held:
            start(world, settings, job)
        if not job.final:
            held |= job.locks  # who came first goes first


def start(world: World, settings: Settings, job: Job) -> None:
    """The job has its lock and runs."""
    job.status, job.started, job.finish = "running", world.time, world.time + job.duration
    failure = execution.prepare(world, job)
    if failure:
        job.error = failure
        if failure[0] == "OpPrereqError":
            job.finish = world.time + min(job.duration, PREREQUISITES / settings.speed)


def dependencies_met(world: World, job: Job) -> bool:
    """Whether all jobs that this one waits for have ended well enough; ends it if one cannot."""
    for number, wanted in job.op.get("depends") or []:
        other = world.job(number)
        if other is None:
            job.error = ["OpPrereqError", [f"Dependency {number} not found", "unknown_entity"]]
            end(world, job, "error")
            return False
        if not other.final:
            return False
        if wanted and other.status not in wanted:
            verdict = "canceled" if other.status == "canceled" else "error"
            job.error = ["OpPrereqError", [f"Dependency {number} ended as {other.status}"]]
            end(world, job, verdict)
            return False
    return True


def end(world: World, job: Job, status: str) -> None:
    """Give the job its final status."""
    job.status, job.ended = status, world.time
    if status == "canceled":
        job.error = ["OpPrereqError", ["Job canceled by request"]]
    outcome: Any = job.error or job.result
    job.log.append([len(job.log) + 1, world.time, "message", f"{status}: {outcome}"])


def archive(world: World, settings: Settings) -> None:
    """Put finished jobs away, and forget the oldest."""
    for job in [job for job in world.jobs.values() if job.ended is not None]:
        if job.ended is not None and job.ended + settings.archive_after <= world.time:
            world.archive[job.id] = world.jobs.pop(job.id)
    for job in list(world.archive.values()):
        age = world.time - (job.ended or 0.0)
        if age >= settings.archive_after + settings.forget_after:
            del world.archive[job.id]
