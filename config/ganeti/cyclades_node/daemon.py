"""`cyclades-watcher`: the service, and a try of the way to Cyclades."""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from cyclades_node import hints
from cyclades_node.broker import Broker, BrokerTrouble
from cyclades_node.conf import BadConf, Conf, read_conf
from cyclades_node.ganeti import is_master
from cyclades_node.publisher import Publisher
from cyclades_node.spool import Spool
from cyclades_node.watcher import SpoolGone, Watcher

TEST_PATIENCE = 20.0  # seconds, also for a broker that has blocked us


class Running(Exception):
    """There is a watcher on this node already."""


def main() -> int:
    """0 when ended or confirmed; 1 with a line that says what is wrong."""
    parser = argparse.ArgumentParser(description="Tell Cyclades what changes in Ganeti.")
    parser.add_argument("--test", metavar="TOKEN", help="send this once, and say if it arrived")
    token = parser.parse_args().test
    logging.basicConfig(format="%(name)s: %(message)s", level=logging.INFO, stream=sys.stderr)
    try:
        conf = read_conf()
        spool = Spool(conf.spool, hints.hint(conf.cluster, "sync"))
        return _test(conf, token) if token else _serve(conf, spool)
    except (BadConf, Running, SpoolGone, OSError) as error:
        print(f"cyclades-watcher: {error}", file=sys.stderr)
        return 1


def _serve(conf: Conf, spool: Spool) -> int:
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with _the_only_one(conf):
        publisher = Publisher(conf, spool)
        watcher = Watcher(conf, publisher, spool)
        publisher.start()
        try:
            while not ended.is_set():
                watcher.step()
        finally:
            publisher.end()
        watcher.close()
    return 0


@contextmanager
def _the_only_one(conf: Conf) -> Iterator[None]:
    lock = os.open(conf.spool / ".watcher", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Running("a watcher runs on this node already") from error
    finally:
        os.close(lock)


def _test(conf: Conf, token: str) -> int:
    """Send one message; the rest is about who else should have."""
    if not is_master(conf):
        print("This node is not the master: its watcher waits.")
    try:
        with _the_only_one(conf):
            print("The watcher does not run: systemctl start cyclades-watcher")
    except Running:
        print("The watcher runs.")
    deadline = time.monotonic() + TEST_PATIENCE
    broker = Broker(conf, lambda: time.monotonic() < deadline)
    try:
        broker.publish(hints.hint(conf.cluster, "test", token=hints.message(token)[:64]))
    except BrokerTrouble as error:
        print(f"The broker has not confirmed the test: {error}")
        return 1
    finally:
        broker.close()
    print("The broker has confirmed the test.")
    return 0
