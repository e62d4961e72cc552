"""An administrator at work in the simulated cluster, without our knowledge.

Most verbs are jobs like any other, only without our reason.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cyclades.adapters.simulated import engine
from cyclades.adapters.simulated.store import WorldStore
from cyclades.adapters.simulated.world import GROUP, Opcode, World

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

    def change_disks(self, name: str, *changes: list[Any]) -> int:
        """`gnt-instance modify --disk`; each is [verb, place or name, parameters]."""
        return self._run("OP_INSTANCE_SET_PARAMS", name, disks=list(changes))

    def grow_disk(self, name: str, disk: str, size: int) -> int:
        """`gnt-instance grow-disk --absolute`; the size in MiB."""
        about = {"disk": disk, "amount": size, "absolute": True}
        return self._run("OP_INSTANCE_GROW_DISK", name, **about)

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

    def add_network(self, name: str, cidr: str) -> int:
        """`gnt-network add`."""
        return self._submit({"OP_ID": "OP_NETWORK_ADD", "network_name": name, "network": cidr})

    def connect_network(self, name: str, mode: str, link: str) -> int:
        """`gnt-network connect`, to all groups."""
        connection = {"group_name": GROUP, "network_mode": mode, "network_link": link}
        return self._submit({"OP_ID": "OP_NETWORK_CONNECT", "network_name": name, **connection})

    def remove_network(self, name: str) -> int:
        """`gnt-network disconnect` and `gnt-network remove`."""
        about = {"network_name": name}
        self._submit({"OP_ID": "OP_NETWORK_DISCONNECT", "group_name": GROUP, **about})
        return self._submit({"OP_ID": "OP_NETWORK_REMOVE", **about})

    def cancel(self, job_id: int) -> bool:
        """`gnt-job cancel`: whether it was in time."""
        return self._store.change(lambda world: engine.cancel(world, job_id)) is None

    def crash(self, name: str) -> None:
        """The virtual machine dies by itself: no job, no reason."""

        def verb(world: World) -> None:
            world.instances[name].running = False

        self._store.change(verb)

    def _run(self, op_id: str, name: str, **parameters: Any) -> int:
        return self._submit({"OP_ID": op_id, "instance_name": name, **parameters})

    def _submit(self, op: Opcode) -> int:
        """Submit as the command line does."""

        def verb(world: World) -> int:
            said = op["OP_ID"].lower()
            reason = [["gnt:client:gnt-job", said, int(world.time * 1e9)]]
            return engine.submit(world, self._store.settings, {**op, "reason": reason}).id

        return self._store.change(verb)
