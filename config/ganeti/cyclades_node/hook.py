"""What Ganeti runs after an operation: one small file, no network, never an error."""

from __future__ import annotations

import os
import signal
import syslog
from collections.abc import Mapping

from cyclades_node import hints
from cyclades_node.conf import read_conf
from cyclades_node.ganeti import is_master
from cyclades_node.spool import Spool

LONGEST = 1.5  # seconds, whatever happens
NAMES = ("GANETI_INSTANCE_NAME", "GANETI_INSTANCE_NEW_NAME")


def main() -> int:
    """Always 0: a job is not to hear of our trouble."""
    signal.signal(signal.SIGALRM, lambda *_: os._exit(0))
    signal.setitimer(signal.ITIMER_REAL, LONGEST)
    try:
        report(os.environ)
    except Exception as error:  # noqa: BLE001  whatever it is
        syslog.openlog("cyclades-hook")
        syslog.syslog(syslog.LOG_WARNING, f"not reported: {type(error).__name__}: {error}")
    return 0


def report(said: Mapping[str, str]) -> None:
    """Put what Ganeti says into the spool. Raises BadConf, OSError, SpoolBusy."""
    if said.get("GANETI_HOOKS_PHASE") != "post":
        return
    conf = read_conf()
    if not is_master(conf):
        return
    spool = Spool(conf.spool, hints.hint(conf.cluster, "sync"))
    opcode = hints.name(said.get("GANETI_OP_CODE"))
    instances = [name for key in NAMES if (name := hints.name(said.get(key)))]
    if instances:
        spool.put(
            hints.hint(conf.cluster, "instance", instance=name, opcode=opcode) for name in instances
        )
    else:
        spool.put([hints.hint(conf.cluster, "sync")])
