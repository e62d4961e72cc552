"""/etc/cyclades/cyclades.conf: who we are, where the broker and the API are."""

from __future__ import annotations

import os
from configparser import ConfigParser, Error
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

PATH = "/etc/cyclades/cyclades.conf"
SECTION = "cyclades"
FOLDERS = ("spool", "ganeti", "ports", "run", "builds")
PORTS = {"amqp": 5672, "amqps": 5671}  # by scheme


class BadConf(Exception):
    """The file cannot be used; the message says why."""


class Conf(NamedTuple):
    """`cluster` is our id of it; `brokers` are tried in turn; empty files are not used."""

    cluster: str
    brokers: tuple[str, ...]
    exchange: str = "cyclades.ganeti"
    spool: Path = Path("/var/spool/cyclades")
    ca: str = ""
    certificate: str = ""
    key: str = ""
    ganeti: Path = Path("/var/lib/ganeti")
    node: str = ""
    api: str = ""
    node_key: str = ""
    prefix: str = "cyclades-"
    ports: Path = Path("/var/lib/cyclades/ports")
    run: Path = Path("/run/cyclades")
    builds: Path = Path("/var/lib/cyclades/builds")

    @property
    def queue(self) -> Path:
        """Ganeti's job files."""
        return self.ganeti / "queue"

    @property
    def routing_key(self) -> str:
        """The only one that our broker user may write to."""
        return f"ganeti.{self.cluster}"


def read_conf() -> Conf:
    """The file that CYCLADES_CONF names, or the usual one. Raises BadConf."""
    path = Path(os.environ.get("CYCLADES_CONF", PATH))
    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
        given = dict(parser[SECTION])
        return _conf(given)
    except (OSError, ValueError, Error, KeyError) as error:
        raise BadConf(f"{path}: {error}") from error


def _conf(given: dict[str, str]) -> Conf:
    unknown = given.keys() - set(Conf._fields)
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    brokers = tuple(given.pop("brokers").split())
    if not brokers or not given["cluster"]:
        raise ValueError("cluster and brokers must not be empty")
    for number, broker in enumerate(brokers, 1):
        url = urlsplit(broker)
        if url.scheme not in PORTS or not url.hostname or url.port == 0:
            # The URL itself has a password in it.
            raise ValueError(f"broker {number} is not amqp[s]://user:password@host[:port]/vhost")
    folders = {name: Path(given.pop(name)) for name in FOLDERS if name in given}
    return Conf(brokers=brokers, **given, **folders)  # type: ignore[arg-type]  # names are checked
