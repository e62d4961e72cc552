"""What operators are told of clusters that are set up dangerously."""

import pytest

from cyclades.domain.model.cluster import ClusterIdentity
from cyclades.domain.model.volume_type import VolumeType
from cyclades.domain.services.cluster_diagnosis import examine
from tests.harness.samples import NOW

COPIES = VolumeType("1", "far", NOW, NOW, extra_specs={"SNF:clone": "true"})
ELSEWHERE = VolumeType(
    "2", "farther", NOW, NOW, extra_specs={"SNF:clone": "true", "SNF:clusters": "other"}
)


@pytest.mark.parametrize(
    ("templates", "wipes", "said"),
    [
        (("file", "sharedfile", "gluster", "diskless"), False, []),
        (("file", "plain", "drbd"), False, ["drbd, plain are not wiped"]),
        (("file", "plain"), True, []),
        (("ext",), False, []),
        (("ext", "file"), True, ["made of far is blank"]),
        (("ext", "rbd"), False, ["rbd are not wiped"]),
    ],
)
def test_it_is_said(templates: tuple[str, ...], said: list[str], *, wipes: bool) -> None:
    identity = ClusterIdentity("u", "c", "3.0.2", templates, ("kvm",), wipes)
    found = list(examine("one", identity, [COPIES, ELSEWHERE]))
    assert [words in each.says for words, each in zip(said, found, strict=True)] == [True] * len(
        said
    )
    assert all("prealloc-wipe-disks" in each.then for each in found)
