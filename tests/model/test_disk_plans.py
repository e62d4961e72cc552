"""Every task on a disk has a plan or a reason why not, every step an undo or a reason why not."""

from itertools import product

import pytest

from cyclades.domain.model.disk_plans import (
    AFTER,
    IN_WORDS,
    PLANS,
    SITUATIONS,
    UNDO,
    Situation,
    Step,
    plan_of,
    situation_of,
)
from cyclades.domain.model.disk_task import TaskKind
from cyclades.domain.model.disk_templates import TEMPLATES, Can, refusal, require, require_same
from cyclades.domain.model.errors import Conflict, InvalidInput
from cyclades.domain.model.volume import Place
from tests.harness.volumes import a_volume

OF_VOLUMES = (
    TaskKind.CREATE,
    TaskKind.ATTACH,
    TaskKind.DETACH,
    TaskKind.EXTEND,
    TaskKind.DELETE,
)


@pytest.mark.parametrize(("kind", "situation"), list(product(OF_VOLUMES, IN_WORDS)))
def test_every_situation_has_a_plan_or_a_sentence(kind: TaskKind, situation: Situation) -> None:
    if plan := PLANS.get((kind, situation)):
        assert plan_of(kind, situation) == plan
    else:
        with pytest.raises(Conflict, match=IN_WORDS[situation]):
            plan_of(kind, situation)


@pytest.mark.parametrize(("place", "holder"), list(product(Place, (False, True))))
def test_wherever_a_disk_is_its_volume_can_be_deleted_or_detached(
    place: Place, *, holder: bool
) -> None:
    volume = a_volume(place=place, holder=holder)
    kind = TaskKind.DETACH if place is Place.SERVER else TaskKind.DELETE
    assert plan_of(kind, situation_of(kind, volume))


def test_every_step_of_a_plan_has_an_undo_or_a_reason() -> None:
    for (kind, _), plan in PLANS.items():
        for step in plan:
            assert UNDO[kind, step].because, f"{kind}: {step}"


@pytest.mark.parametrize("kind", [TaskKind.ATTACH, TaskKind.DETACH])
def test_an_undo_leads_back_to_where_the_disk_was(kind: TaskKind) -> None:
    starts = {situation: place for (place, _), situation in SITUATIONS.items()}
    for (planned, situation), plan in PLANS.items():
        if planned is not kind:
            continue
        place: object = starts[situation]
        for step in plan:
            back: object = place
            for undone in UNDO[kind, step].steps:
                back = AFTER[undone].get("place", back)
            assert back == starts[situation], f"{kind} from {situation}: {step}"
            place = AFTER.get(step, {}).get("place", place)


def test_from_where_a_volume_is_filled() -> None:
    image, disk = a_volume(image_id="i"), a_volume(snapshot_id="s")
    assert situation_of(TaskKind.CREATE, image) is Situation.FROM_IMAGE
    assert situation_of(TaskKind.CREATE, disk) is Situation.FROM_DISK
    assert PLANS[TaskKind.CREATE, Situation.FROM_IMAGE] == (Step.FILL,)


@pytest.mark.parametrize(("template", "can"), list(product(TEMPLATES, Can)))
def test_a_template_can_or_says_why_not(template: str, can: Can) -> None:
    said = refusal(template, can)
    assert (said is None) is (can in TEMPLATES[template].can)
    if said is not None:
        assert template in said
        with pytest.raises(InvalidInput, match=template):
            require(template, can)


def test_what_providers_do() -> None:
    assert refusal("ext", Can.CLONE)
    assert refusal("ext", Can.CLONE, clones=True) is None
    assert refusal("plain", Can.CLONE, clones=True)
    assert refusal("unheard of", Can.MOVE)
    require("sharedfile", Can.MOVE)


def test_a_server_has_disks_of_one_kind() -> None:
    require_same("sharedfile", "sharedfile")
    with pytest.raises(InvalidInput, match=r"plain.*sharedfile"):
        require_same("plain", "sharedfile")
