"""Which block devices a new server may have."""

from typing import Any

import pytest

from cyclades.domain.model.block_device import BlockDevice, Destination, Source, require_sound
from cyclades.domain.model.errors import InvalidInput

IMAGE = "i"


def device(source: str, destination: str, **values: Any) -> BlockDevice:
    usual: dict[str, Any] = {"uuid": "" if source == "blank" else "x", "size": 1}
    return BlockDevice(Source(source), Destination(destination), **(usual | values))


ROOT = device("volume", "volume", boot_index=0)
LOCAL = device("image", "local", boot_index=0, uuid=IMAGE)


@pytest.mark.parametrize(
    ("devices", "image"),
    [
        ([], IMAGE),
        ([LOCAL], IMAGE),
        ([ROOT], ""),
        ([device("image", "volume", boot_index=0)], ""),
        ([device("snapshot", "volume", boot_index=0, size=None)], ""),
        ([device("blank", "volume", boot_index=0)], ""),
        ([LOCAL, device("blank", "volume"), device("volume", "volume")], IMAGE),
        ([device("volume", "volume", uuid="b", boot_index=1), ROOT], ""),
    ],
)
def test_what_means_something(devices: list[BlockDevice], image: str) -> None:
    require_sound(devices, image)


@pytest.mark.parametrize(
    ("devices", "image", "said", "field"),
    [
        ([], "", "imageRef", "server.imageRef"),
        ([LOCAL], "", "image to local", "destination_type"),
        ([LOCAL], "other", "imageRef", "uuid"),
        ([device("image", "local")], IMAGE, "image to local", "destination_type"),
        ([device("blank", "local", boot_index=0)], "", "blank to local", "destination_type"),
        ([device("volume", "local", boot_index=0)], "", "volume to local", "destination_type"),
        ([device("snapshot", "local", boot_index=0)], "", "snapshot", "destination_type"),
        ([device("blank", "volume", uuid="x")], IMAGE, "Invalid device UUID", "uuid"),
        ([device("volume", "volume", uuid="")], IMAGE, "Missing device UUID", "uuid"),
        ([device("blank", "volume", size=None)], IMAGE, "Blank volumes", "volume_size"),
        ([device("image", "volume", size=0)], IMAGE, "Images with", "volume_size"),
        ([device("volume", "volume")], IMAGE, "Boot sequence", "boot_index"),
        ([device("volume", "volume", boot_index=1)], IMAGE, "Boot sequence", "boot_index"),
        ([ROOT, device("volume", "volume", uuid="b", boot_index=0)], "", "Boot", "boot_index"),
        ([ROOT, device("volume", "volume")], "", "more than once", "uuid"),
        ([LOCAL, device("blank", "volume", tag="t")] * 2, IMAGE, "Boot", "boot_index"),
        (
            [LOCAL, device("blank", "volume", tag="t"), device("blank", "volume", tag="t")],
            IMAGE,
            "not unique",
            "tag",
        ),
    ],
)
def test_what_does_not(devices: list[BlockDevice], image: str, said: str, field: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        require_sound(devices, image)
    assert (caught.value.field or "").rpartition(".")[2] == field.rpartition(".")[2]
