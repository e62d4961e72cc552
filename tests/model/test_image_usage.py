"""What images cost."""

from dataclasses import replace
from datetime import UTC, datetime

from cyclades.domain.model.image import Content, Image, Status, Upload
from cyclades.domain.model.image_usage import MEBIBYTE, changes, usage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
QUEUED = Image("i", "p", NOW, NOW)
CONTENT = Content("b", 3 * MEBIBYTE - 1, None, "", "")
UPLOAD = Upload("u", NOW, 2 * MEBIBYTE + 1)
SAVING = replace(QUEUED, status=Status.SAVING, upload=UPLOAD)
ACTIVE = replace(QUEUED, status=Status.ACTIVE, content=CONTENT)
STAGED = replace(ACTIVE, status=Status.UPLOADING)


def test_each_status_has_its_price() -> None:
    one, coming = {"image_count_total": 1}, {"image_count_uploading": 1}
    assert usage(QUEUED) == one
    assert usage(SAVING) == one | coming | {"image_size_total": 3}
    assert usage(ACTIVE) == one | {"image_size_total": 3}
    assert usage(replace(ACTIVE, status=Status.DEACTIVATED)) == usage(ACTIVE)
    assert usage(STAGED) == one | coming | {"image_stage_total": 3}
    staging = replace(SAVING, status=Status.UPLOADING)
    assert usage(staging) == usage(STAGED)
    importing = replace(STAGED, status=Status.IMPORTING)
    assert usage(importing) == {**one, **coming, "image_size_total": 3}
    converting = replace(importing, upload=UPLOAD)
    assert usage(converting) == {**usage(STAGED), "image_size_total": 3}


def test_changes_by_project() -> None:
    assert changes(None, QUEUED) == {"p": {"image_count_total": 1}}
    assert changes(ACTIVE, None) == {"p": {"image_count_total": -1, "image_size_total": -3}}
    assert changes(SAVING, ACTIVE)["p"]["image_size_total"] == 0
    assert changes(SAVING, ACTIVE)["p"]["image_count_uploading"] == -1
    theirs = replace(ACTIVE, owner="q")
    assert changes(ACTIVE, theirs) == {
        "p": {"image_count_total": -1, "image_size_total": -3},
        "q": {"image_count_total": 1, "image_size_total": 3},
    }
