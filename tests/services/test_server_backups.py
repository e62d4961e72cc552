"""Backups of servers, of which so many of each kind are kept, over a simulated cluster."""

import pytest

from cyclades.domain.model.block_device import BlockDevice, Destination, Source
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.image import Image, Status
from cyclades.domain.model.image_edits import Edit
from cyclades.domain.model.image_query import ImageQuery
from cyclades.domain.model.saved_image import Rotation, WantedServerImage
from cyclades.domain.services.images import EVERYWHERE
from tests.harness.cloud import MEMBER, Cloud
from tests.harness.disk_copies import Copies
from tests.harness.disks import Disks

pytestmark = pytest.mark.slow
BACKUPS = ImageQuery(properties={"image_type": "backup"}, visibility="all")


@pytest.fixture
def copies(cloud: Cloud) -> Copies:
    return Copies(cloud, Disks(cloud))


def back_up(
    copies: Copies,
    server_id: str,
    name: str,
    keep: int = 2,
    kind: str = "daily",
    *,
    converge: bool = True,
) -> Image:
    wanted = WantedServerImage(name, {"image_type": "mine"}, Rotation(kind, keep))
    made: Image = copies.do(
        lambda unit: unit.server_images.create(MEMBER, copies.cloud.request(), server_id, wanted)
    )
    if converge:
        copies.cloud.converge()
    return made


def there(cloud: Cloud) -> list[str]:
    """The names of backups, the newest first."""
    with cloud.app.reader() as unit:
        found = unit.images.repository.page(EVERYWHERE, BACKUPS, 100)
    assert {image.status for image in found} <= {Status.ACTIVE}
    return [image.name or "" for image in found]


def test_the_oldest_go_and_the_protected_stay(cloud: Cloud, copies: Copies) -> None:
    server = cloud.running(image_id=copies.image(b"guest"))
    first = back_up(copies, server, "1")
    seen = copies.see(first.id)
    assert seen.properties == {
        "os_distro": "debian",
        "base_image_ref": cloud.server(server).image_id,
        "image_type": "backup",
        "backup_type": "daily",
        "instance_uuid": server,
        "user_id": MEMBER.user_id,
    }
    assert copies.content(first.id) == b"guest"
    weekly = cloud.running(image_id=first.id)
    back_up(copies, weekly, "other server")
    back_up(copies, server, "weekly", keep=1, kind="weekly")
    back_up(copies, server, "2")
    assert there(cloud) == ["2", "weekly", "other server", "1"]
    back_up(copies, server, "3")
    assert there(cloud) == ["3", "2", "weekly", "other server"]
    keep = [Edit("replace", "protected", value=True)]
    copies.do(lambda unit: unit.images.edit(MEMBER, images(cloud)["2"], keep))
    back_up(copies, server, "4", keep=1)
    assert there(cloud) == ["4", "2", "weekly", "other server"]
    back_up(copies, server, "5", keep=0)
    assert there(cloud) == ["2", "weekly", "other server"]


def images(cloud: Cloud) -> dict[str, str]:
    with cloud.app.reader() as unit:
        found = unit.images.repository.page(EVERYWHERE, BACKUPS, 100)
    return {image.name or "": image.id for image in found}


def test_the_next_may_be_on_its_way_when_one_ends(cloud: Cloud, copies: Copies) -> None:
    server = cloud.running(image_id=copies.image(b"guest"))
    first = back_up(copies, server, "1", converge=False)
    while copies.see(first.id).status is not Status.ACTIVE:
        cloud.turn()
        cloud.clock.passed += 0.2
    back_up(copies, server, "2", keep=1)
    assert there(cloud) == ["2"]


def test_none_goes_for_one_that_fails(cloud: Cloud, copies: Copies) -> None:
    server = cloud.running(image_id=copies.image(b"guest"))
    back_up(copies, server, "1", keep=1)
    cloud.cluster().faults.set(fail_jobs=1)
    back_up(copies, server, "2", keep=1)
    assert there(cloud) == ["1"]
    back_up(copies, server, "3", keep=1)
    assert there(cloud) == ["3"]


def test_servers_that_boot_from_volumes_have_none(cloud: Cloud, copies: Copies) -> None:
    root = BlockDevice(Source.IMAGE, Destination.VOLUME, uuid=cloud.image, boot_index=0, size=1)
    server = cloud.create(MEMBER, image_id="", devices=(root,))
    cloud.converge()
    with pytest.raises(InvalidInput, match="not supported for volume-backed"):
        back_up(copies, server, "no")
    assert there(cloud) == []
