"""An administrator at work in the simulated cluster, without our knowledge.

Most verbs are jobs like any other, only without our reason.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cyclades.adapters.simulated import engine
from cyclades.adapters.simulated.store import WorldStore
from cyclades.adapters.simulated.world import Opcode, World

Nic = Mapping[str, str]  # link, and mac and ip if they are to be these


class Administrator:
    """What `gnt-instance` and `gnt-job` do on the master node. A new job's verb returns its id."""

    def __init__(self, store: WorldStore) -> None:
        """Work on this cluster."""
        self._store = store

    def start(self, name: str) -> int:
        """`gnt-instance start`."""
        return self._run("OP_INSTANCE_STARTUP", name)

    def stop(self, name: str) -> int:
        """`gnt-instance stop`."""
        return self._run("OP_INSTANCE_SHUTDOWN", name)

    def modify(self, name: str, *, vcpus: int, memory: int) -> int:
        """`gnt-instance modify -B`; memory in MiB."""
        beparams = {"vcpus": vcpus, "maxmem": memory, "minmem": memory}
        return self._run("OP_INSTANCE_SET_PARAMS", name, beparams=beparams)

    def plug(self, name: str, nic: Nic) -> int:
        """`gnt-instance modify --net add`."""
        return self._run("OP_INSTANCE_SET_PARAMS", name, nics=[["add", "-1", dict(nic)]])

    def unplug(self, name: str, nic: str) -> int:
        """`gnt-instance modify --net NIC:remove`; its name or index."""
        return self._run("OP_INSTANCE_SET_PARAMS", name, nics=[["remove", nic, {}]])

    def remove(self, name: str) -> int:
        """`gnt-instance remove`."""
        return self._run("OP_INSTANCE_REMOVE", name)

    def rename(self, name: str, new_name: str) -> int:
        """`gnt-instance rename`."""
        return self._run("OP_INSTANCE_RENAME", name, new_name=new_name)

    def create(
        self, name: str, *, memory: int = 128, disk: int = 0, nics: Sequence[Nic] = ()
    ) -> int:
        """`gnt-instance add`: an instance that is not ours; sizes in MiB."""
        disks = [{"size": disk}] if disk else []
        template = "file" if disk else "diskless"
        parameters = {"beparams": {"memory": memory}, "disks": disks, "disk_template": template}
        parameters |= {"nics": [dict(nic) for nic in nics]}
        return self._run("OP_INSTANCE_CREATE", name, **parameters)

    def cancel(self, job_id: int) -> bool:
        """`gnt-job cancel`: whether it was in time."""
        return self._store.change(lambda world: engine.cancel(world, job_id)) is None

    def crash(self, name: str) -> None:
        """The virtual machine dies by itself: no job, no reason."""

        def verb(world: World) -> None:
            world.instances[name].running = False

        self._store.change(verb)

    def _run(self, op_id: str, name: str, **parameters: Any) -> int:
        """Submit as the command line does."""

        def verb(world: World) -> int:
            reason = [["gnt:client:gnt-instance", op_id.lower(), int(world.time * 1e9)]]
            op: Opcode = {"OP_ID": op_id, "instance_name": name, "reason": reason, **parameters}
            return engine.submit(world, self._store.settings, op).id

        return self._store.change(verb)
