"""What any ImageConverter does."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from cyclades.adapters.inspection.converter import QemuConverter
from cyclades.domain.model.errors import Unavailable
from cyclades.domain.model.image_formats import CONVERTIBLE, WrongFormat
from cyclades.ports.image_converter import ImageConverter
from tests.harness.disk_images import converted, qcow2

RAW = bytes(range(256)) * 4096 + bytes(2 << 20) + b"end".ljust(512)
OPTIONS: Mapping[str, tuple[str, ...]] = {"vhd": ("-o", "force_size=on"), "qcow2": ("-c",)}


@pytest.fixture
def converter(tmp_path: Path) -> ImageConverter:
    return QemuConverter(tmp_path / "work")


def nothing_is_left(tmp_path: Path) -> bool:
    return list((tmp_path / "work").iterdir()) == []


def pieces(data: bytes) -> Iterator[bytes]:
    yield from (data[place : place + 100_000] for place in range(0, len(data), 100_000))


@pytest.mark.parametrize("disk_format", CONVERTIBLE)
def test_the_disk_inside(converter: ImageConverter, tmp_path: Path, disk_format: str) -> None:
    data = converted(tmp_path, RAW, CONVERTIBLE[disk_format], *OPTIONS.get(disk_format, ()))
    assert b"".join(converter.to_raw(disk_format, len(RAW), pieces(data))) == RAW
    assert nothing_is_left(tmp_path)


@pytest.mark.parametrize("disk_format", CONVERTIBLE)
def test_nothing_is_guessed(converter: ImageConverter, tmp_path: Path, disk_format: str) -> None:
    other = "vmdk" if disk_format == "qcow2" else "qcow2"
    data = converted(tmp_path, RAW, other)
    with pytest.raises(WrongFormat):
        list(converter.to_raw(disk_format, len(RAW), pieces(data)))
    assert nothing_is_left(tmp_path)


@pytest.mark.parametrize("size", [len(RAW) - 512, len(RAW) + 512])
def test_another_size_than_was_inspected(
    converter: ImageConverter, tmp_path: Path, size: int
) -> None:
    data = converted(tmp_path, RAW, "qcow2")
    with pytest.raises(WrongFormat):
        list(converter.to_raw("qcow2", size, pieces(data)))
    assert nothing_is_left(tmp_path)


def test_other_files_are_not_read(converter: ImageConverter, tmp_path: Path) -> None:
    """Nobody would convert this: it was refused. If somebody did, no file comes of it."""
    secret = tmp_path / "secret"
    secret.write_bytes(b"s" * 65536)
    name = str(secret).encode()
    evil = qcow2(size=65536, backing=112, backing_size=len(name), tail=bytes(8) + name)
    try:
        made = b"".join(converter.to_raw("qcow2", 65536, pieces(evil)))
    except WrongFormat:
        made = b""
    assert b"ssss" not in made


def test_who_stops_reading_leaves_nothing(converter: ImageConverter, tmp_path: Path) -> None:
    data = converted(tmp_path, RAW, "qcow2")
    reading = iter(converter.to_raw("qcow2", len(RAW), pieces(data)))
    assert next(piece for piece in reading if piece)
    reading.close()  # type: ignore[attr-defined]  # it is a generator
    assert nothing_is_left(tmp_path)


def test_no_means(tmp_path: Path) -> None:
    (tmp_path / "work").write_text("a file where the folder should be")
    with pytest.raises(Unavailable):
        list(QemuConverter(tmp_path / "work").to_raw("qcow2", 1, [b""]))
