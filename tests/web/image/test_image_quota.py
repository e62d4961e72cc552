"""Images and their bytes count: before they are kept, and not a moment longer."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from cyclades.adapters.sql.audit import SqlAudit
from cyclades.bootstrap import Application
from cyclades.domain.model.errors import OverQuota
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.image import UPLOAD
from cyclades.domain.model.quota import IMAGE, UNLIMITED
from tests.harness.api import OTHER_PROJECT, PROJECT, client_of
from tests.web.image.making import BYTES, IMAGES, make, patch, shown, upload

MIB = 2**20
LIMITS = {
    "quota_image_count_total": 3,
    "quota_image_size_total": 4,
    "quota_image_stage_total": 2,
    "quota_image_count_uploading": 2,
}


@pytest.fixture
def limited(
    application_maker: Callable[..., Application], database_url: str
) -> Iterator[Application]:
    application = application_maker(database_url, **LIMITS)
    yield application
    with application.reader() as unit:
        drifts = SqlAudit(unit.connection).drifts()
    assert drifts == [], "the book is right, whatever happened"


def used(application: Application, project: str = PROJECT) -> list[int]:
    with application.reader() as unit:
        held = unit.quota.holdings(project, IMAGE)
    return [held[name].used for name in IMAGE]


def test_images_count(limited: Application) -> None:
    api = client_of(limited)
    ids = [make(api) for _ in range(3)]
    refused = api.call("POST", IMAGES, {"name": "one more"}, status=413)
    assert "image_count_total" in refused.json["message"]
    assert refused.headers["Retry-After"] == "0"
    api.call("DELETE", f"{IMAGES}/{ids[0]}", status=204)
    make(api)
    assert used(limited) == [3, 0, 0, 0]


def test_bytes_count_from_the_start_and_until_they_go(limited: Application) -> None:
    api = client_of(limited)
    first, second = make(api, bytes(2 * MIB + 1)), make(api)
    assert used(limited) == [2, 0, 3, 0]
    refused = upload(api, second, bytes(MIB + 1), status=413)
    assert "image_size_total" in refused.json["message"]
    assert shown(api, second)["status"] == "queued"
    upload(api, second, bytes(MIB), status=204)
    assert used(limited) == [2, 0, 4, 0]
    api.call("POST", f"{IMAGES}/{first}/actions/deactivate", status=204)
    assert used(limited) == [2, 0, 4, 0]
    api.call("DELETE", f"{IMAGES}/{first}", status=204)
    assert used(limited) == [1, 0, 1, 0]


def test_what_fails_is_given_back(limited: Application) -> None:
    api = client_of(limited)
    image_id = make(api, disk_format="qcow2")
    upload(api, image_id, bytes(MIB), status=415)
    assert used(limited) == [1, 0, 0, 0]


def test_a_stream_of_unknown_length_stops_at_the_limit(limited: Application) -> None:
    api = client_of(limited)
    owner = Caller("user", PROJECT, roles=frozenset({"member"}))

    def stream(image_id: str, pieces: int) -> Any:
        came = (bytes(MIB // 2) for _ in range(pieces))
        return limited.image_uploads.receive(owner, image_id, UPLOAD, came)

    with pytest.raises(OverQuota):
        stream(make(api), 9)
    assert used(limited) == [1, 0, 0, 0]
    stream(make(api), 8)
    assert used(limited) == [2, 0, 4, 0]


def test_staged_bytes_have_a_limit_of_their_own(limited: Application) -> None:
    api = client_of(limited)
    ids = [make(api) for _ in range(3)]

    def stage(image_id: str, size: int, **more: Any) -> Any:
        path = f"{IMAGES}/{image_id}/stage"
        return api.call("PUT", path, bytes(size), headers=BYTES, **more)

    stage(ids[0], 2 * MIB + 1, status=413)
    stage(ids[0], MIB, status=204)
    stage(ids[1], MIB, status=204)
    assert used(limited) == [3, 2, 0, 2]
    refused = upload(api, ids[2], b"", status=413)
    assert "image_count_uploading" in refused.json["message"]
    api.call("DELETE", f"{IMAGES}/{ids[0]}", status=204)
    assert used(limited) == [2, 1, 0, 1]


def test_an_image_counts_for_whom_it_belongs_to(limited: Application) -> None:
    api = client_of(limited)
    image_id = make(api, bytes(MIB))
    patch(api, image_id, ("replace", "/owner", OTHER_PROJECT), token="admin", status=200)
    assert used(limited) == [0, 0, 0, 0]
    assert used(limited, OTHER_PROJECT) == [1, 0, 1, 0]


def test_many_at_once_do_not_pass_the_limit(limited: Application) -> None:
    """The announced size is charged before the first byte is read."""
    api = client_of(limited)
    with limited.reader() as unit:
        assert unit.quota.defaults(IMAGE)["image_size_total"] == 4
    api.call(
        "PUT",
        f"/image/v2/quotas/{PROJECT}",
        {"quota": {"image_count_total": UNLIMITED, "image_count_uploading": UNLIMITED}},
        token="admin",
        status=200,
    )
    ids = [make(api) for _ in range(6)]

    def fill(image_id: str) -> int:
        status: int = upload(client_of(limited), image_id, bytes(MIB)).status_int
        return status

    with ThreadPoolExecutor(6) as several:
        statuses = list(several.map(fill, ids))
    assert sorted(statuses) == [204] * 4 + [413] * 2
    assert used(limited) == [6, 0, 4, 0]
