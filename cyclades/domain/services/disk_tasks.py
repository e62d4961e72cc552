"""Tasks on disks: step after step, and back when one fails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

from cyclades.domain.model.disk_plans import (
    DONE_ALREADY,
    INSTEAD,
    TAKEN_UP,
    WHEN_NOT_LET_GO,
    Step,
    undo_of,
)
from cyclades.domain.model.disk_task import DiskTask, TaskKind, TaskState
from cyclades.domain.model.effects import Effect, GuestConfig
from cyclades.domain.model.instance_action import ERROR, SUCCESS
from cyclades.domain.model.job_errors import UNEXPLAINED, answer, user_sentence
from cyclades.domain.model.operation import Operation
from cyclades.domain.model.reports import JobOutcome, JobReport
from cyclades.domain.services.builds import Builds
from cyclades.domain.services.disk_save_steps import EVERY_STEP
from cyclades.domain.services.disk_scenes import DiskScenes
from cyclades.ports.clock import Clock
from cyclades.ports.disk_tasks import DiskTaskRepository
from cyclades.ports.ids import Ids
from cyclades.ports.outbox import InFlight, Outbox
from cyclades.ports.servers import InstanceActions

NOT_LET_GO: Final = "The guest did not let go of the volume: unmount it there, or stop the server."
NOT_TAKEN_UP: Final = (
    "The volume is attached, but the guest cannot take up disks while it runs: "
    "stop the server and start it again."
)
CLINGS: Final = "clings"  # the fact that a guest has not let go
AGAIN: Final = "again"  # the fact that a step was done in another way, once
LOST: Final = "The disk could not be put back where it was."


class Ending(Protocol):
    """What becomes of the rows once a task of one kind has ended."""

    def succeed(self, task: DiskTask) -> None:
        """All steps were done."""
        ...

    def fail(self, task: DiskTask, message: str) -> None:
        """It was given up and, as far as possible, undone; `message` is for users."""
        ...

    def late(self, task: DiskTask, message: str) -> None:
        """It takes longer than it should, and may still end well."""
        ...


@dataclass(frozen=True, slots=True)
class DiskTasks:
    """One effect at a time; each is put in the transaction that ends the one before.

    `after` is told of every task that has ended, and why if it failed.
    """

    rows: DiskTaskRepository
    scenes: DiskScenes
    outbox: Outbox
    builds: Builds
    actions: InstanceActions
    endings: Mapping[TaskKind, Ending]
    after: Callable[[DiskTask, str | None], None]
    clock: Clock
    ids: Ids

    def begin(self, task: DiskTask) -> DiskTask:
        """Decide how, and ask for the first step; what it is about was saved before.

        A task that brings its plan keeps it. Raises Conflict for what makes no sense now.
        """
        planned = self.scenes.plan(task)
        begun = self._ask(planned)
        self.rows.add(begun)
        return begun

    def settle(self, effect: InFlight, report: JobReport) -> None:
        """The step's job has ended: go on, or back."""
        self._finish(effect, user_sentence(report) or None)
        task = self._awaiting(effect.task_id, effect.effect_id)
        if task is None:
            return
        step = Step(task.plan[task.step])
        done = report.error_code in DONE_ALREADY.get((task.kind, step), frozenset())
        instead = INSTEAD.get((task.kind, step, answer(report)), ())
        if instead and report.outcome is not JobOutcome.SUCCESS and AGAIN not in task.facts:
            plan = (*task.plan[: task.step], *instead, *task.plan[task.step + 1 :])
            facts = {**task.facts, AGAIN: step.value}
            self.rows.save(self._ask(replace(task, plan=plan, facts=facts)))
        elif report.outcome is not JobOutcome.SUCCESS and not done:
            self._failed(task, user_sentence(report))
        elif report.hotplug_failed and task.state is TaskState.RUNNING:
            self.scenes.passed(task, step)
            self._not_plugged(task, step)
        elif (wiser := self.scenes.learn(task, step, report)) is not None:
            self._passed(wiser, step)
        else:
            self._failed(task, UNEXPLAINED)

    def refuse(self, effect: InFlight, message: str) -> None:
        """The step will never have a job."""
        self._finish(effect, message)
        task = self._awaiting(effect.task_id, effect.effect_id)
        if task is not None:
            self._failed(task, message)

    def late(self, effect: InFlight, message: str) -> None:
        """The step is past its deadline: whoever waits is told, and its end is taken over."""
        task = self._awaiting(effect.task_id, effect.effect_id)
        if task is not None:
            self.actions.finish(task.id, ERROR, message, self.clock.now())
            self.endings[task.kind].late(task, message)

    def _finish(self, effect: InFlight, failure: str | None) -> None:
        state = "done" if failure is None else "failed"
        self.outbox.finish(effect.effect_id, state, failure, self.clock.now())
        if effect.operation is Operation.CREATE:
            self.builds.end(effect.effect_id)

    def _awaiting(self, task_id: str, effect_id: str | None) -> DiskTask | None:
        task = self.rows.by_id(task_id)
        current = task is not None and task.finished is None and task.effect_id == effect_id
        return task if current else None

    def _passed(self, task: DiskTask, step: Step) -> None:
        self.scenes.passed(task, step)
        if task.step + 1 < len(task.plan):
            self.rows.save(self._ask(replace(task, step=task.step + 1)))
        else:
            self._end(task, task.message)

    def _failed(self, task: DiskTask, message: str) -> None:
        if task.state is TaskState.UNDOING:
            self._end(task, f"{task.message} {LOST}")
            return
        self._turn_back(task, undo_of(task.kind, Step(task.plan[task.step])), message)

    def _not_plugged(self, task: DiskTask, step: Step) -> None:
        if step in TAKEN_UP:
            self._turn_back(task, (), NOT_TAKEN_UP)
            return
        clinging = replace(task, facts={**task.facts, CLINGS: "yes"})
        self._turn_back(clinging, WHEN_NOT_LET_GO.steps, NOT_LET_GO)

    def _turn_back(self, task: DiskTask, steps: tuple[Step, ...], message: str) -> None:
        undoing = replace(task, state=TaskState.UNDOING, message=message, plan=steps, step=0)
        if steps:
            self.rows.save(self._ask(undoing))
        else:
            self._end(undoing, message)

    def _ask(self, task: DiskTask) -> DiskTask:
        """The effect of the step that the task is at."""
        step, effect_id, now = Step(task.plan[task.step]), self.ids.new(), self.clock.now()
        self.scenes.beginning(task, step)
        scene = self.scenes.of(task)
        ask = EVERY_STEP[step](scene)
        guest = GuestConfig()
        if ask.orders is not None:
            instance = ask.command.instance
            ticket = self.builds.order(effect_id, task.cluster_id, instance, ask.orders)
            guest = GuestConfig(ticket=ticket)
        effect = Effect(
            effect_id,
            task.cluster_id,
            ask.server_id,
            0,
            task.request_id,
            ask.command,
            guest,
            purpose="cleanup" if task.state is TaskState.UNDOING else "user",
            subject="" if ask.server_id else scene.target,
            task_id=task.id,
        )
        self.outbox.put(effect, now)
        return replace(task, effect_id=effect_id, updated=now)

    def _end(self, task: DiskTask, failure: str | None) -> None:
        now = self.clock.now()
        state = TaskState.DONE if failure is None else TaskState.FAILED
        ended = self.rows.save(
            replace(task, state=state, message=failure, updated=now, finished=now)
        )
        self.actions.finish(task.id, SUCCESS if failure is None else ERROR, failure, now)
        if failure is None:
            self.endings[task.kind].succeed(ended)
        else:
            self.endings[task.kind].fail(ended, failure)
        self.after(ended, failure)
