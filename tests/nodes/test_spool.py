"""The spool: in order, whole, bounded."""

import fcntl
import json
import multiprocessing
from pathlib import Path

import pytest
from cyclades_node import spool as module
from cyclades_node.spool import Spool, SpoolBusy

SYNC = b'"sync"'
WRITERS, EACH = 4, 50


def spool_in(folder: Path, most: int = 1000) -> Spool:
    return Spool(folder / "spool", SYNC, most)


def contents(spool: Spool) -> list[bytes | None]:
    return [spool.read(name) for name in spool.names()]


def write(folder: Path, writer: int) -> None:
    module.LOCK_PATIENCE = 30.0  # nobody is in a hurry here
    for number in range(EACH):
        spool_in(folder).put([json.dumps([writer, number]).encode()])


def test_many_processes_put_and_each_ones_order_holds(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write, args=(tmp_path, n)) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    found = [json.loads(body or b"") for body in contents(spool_in(tmp_path))]
    assert len(found) == WRITERS * EACH
    for one in range(WRITERS):
        assert [number for who, number in found if who == one] == list(range(EACH))


def test_too_many_are_given_up_for_a_look_at_everything(tmp_path: Path) -> None:
    spool = spool_in(tmp_path, most=3)
    for number in range(3):
        spool.put([b"%d" % number])
    spool.put([b"one too many"])
    assert contents(spool) == [SYNC]
    spool.put([b"later"])
    assert contents(spool) == [SYNC, b"later"]
    spool.put([b"a", b"b", b"c"])
    assert contents(spool) == [SYNC, b"c"]


def test_a_look_at_everything_stands_for_what_waits(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    spool.put([b"1", b"2"])
    spool.put_sync()
    assert contents(spool) == [SYNC]


def test_no_name_is_given_twice(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    spool.put([b"first"])
    (name,) = spool.names()
    spool.clear()
    assert spool.read(name) is None
    spool_in(tmp_path).put([b"second"])
    spool.remove(name)
    assert contents(spool) == [b"second"]
    (tmp_path / "spool" / ".lock").write_bytes(b"torn")
    spool.put([b"third"])
    assert contents(spool) == [b"second", b"third"]


def test_what_was_half_written_is_not_there(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    (tmp_path / "spool" / ".next").write_bytes(b"half of")
    assert spool.names() == []
    spool.put([b"whole"])
    assert contents(spool) == [b"whole"]


def test_nobody_else_may_look_into_it(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir(mode=0o755)
    spool_in(tmp_path)
    assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o700


def test_a_lock_that_is_held_for_ever_is_not_waited_for(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    with (tmp_path / "spool" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SpoolBusy):
            spool.put([b"never"])
