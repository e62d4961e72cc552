"""Machines as parameters of Ganeti's kvm hypervisor, beside what Ganeti itself knows."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cyclades.adapters.ganeti.hardware import PARAMETERS, kvm_parameters
from cyclades.adapters.ganeti.opcodes import Options, call_of
from cyclades.domain.model.effects import GuestConfig
from cyclades.domain.model.hardware import Hardware, hardware_of
from cyclades.domain.model.image_properties import BUSES, OPENSTACK, guest_os
from tests.contracts.clusters import effect, over_rapi, rapi, simulated, wanted
from tests.harness.processes import wait_until

KVM = Options.parse({"hypervisor": "kvm"})
ALL = Hardware("scsi", "virtio-scsi", "ide", "e1000", "vmvga", "pc-i440fx-7.2", guest_agent=True)
AS_PARAMETERS = {
    "disk_type": "scsi-hd",
    "scsi_controller_type": "virtio-scsi-pci",
    "cdrom_disk_type": "ide",
    "nic_type": "e1000",
    "vga": "vmware",
    "machine_version": "pc-i440fx-7.2",
    "use_guest_agent": True,
}
GANETI = Path("/usr/share/ganeti/3.0")
CONSTANTS = """
import json, sys
sys.path.insert(0, sys.argv[1])
from ganeti import _constants as c
print(json.dumps({
    "types": c.HVS_PARAMETER_TYPES,
    "defaults": c.HVC_DEFAULTS["kvm"],
    "disk_type": sorted(c.HT_KVM_VALID_DISK_TYPES),
    "cdrom_disk_type": sorted(c.HT_KVM_VALID_DISK_TYPES),
    "nic_type": sorted(c.HT_KVM_VALID_NIC_TYPES),
    "scsi_controller_type": sorted(c.HT_KVM_VALID_SCSI_CONTROLLER_TYPES),
}))
"""


def body_of(hardware: Hardware, options: Options) -> dict[str, Any]:
    asked = effect(replace(wanted("one"), hardware=hardware), GuestConfig())
    body = call_of(asked, options).body
    assert body is not None
    return body


def test_kvm_hears_what_the_image_wants() -> None:
    assert body_of(ALL, KVM)["hvparams"] == AS_PARAMETERS
    assert body_of(Hardware(disk_bus="ide"), KVM)["hvparams"] == {"disk_type": "ide"}


def test_nobody_hears_what_was_not_said() -> None:
    assert "hvparams" not in body_of(Hardware(), KVM)


@pytest.mark.parametrize("hypervisor", ["", "fake", "xen-hvm"])
def test_no_other_hypervisor_hears_of_it(hypervisor: str) -> None:
    assert "hvparams" not in body_of(ALL, Options(hypervisor=hypervisor))


def test_each_word_that_is_heeded_has_a_value() -> None:
    for fact, (_, values) in PARAMETERS.items():
        name = next(name for name, known in OPENSTACK.items() if known.fact == fact)
        more = {"hw_disk_bus": "scsi"} if fact == "scsi_model" else {}
        for word in values:
            heeded = hardware_of(guest_os({name: word, **more}))
            assert getattr(heeded, fact) == word
    for word in BUSES:
        cdrom = hardware_of(guest_os({"hw_cdrom_bus": word})).cdrom_bus
        assert (cdrom == word) is (word in PARAMETERS["cdrom_bus"][1])


@pytest.mark.skipif(not GANETI.is_dir(), reason="Ganeti is not installed")
def test_ganeti_knows_all_parameters_and_their_values() -> None:
    script = ["/usr/bin/python3", "-B", "-c", CONSTANTS, str(GANETI)]
    said = subprocess.run(script, check=True, capture_output=True, timeout=30)
    known = json.loads(said.stdout)
    for parameter, value in kvm_parameters(ALL).items():
        assert parameter in known["defaults"]
        assert known["types"][parameter] == ("bool" if value is True else "string")
    for parameter, values in PARAMETERS.values():
        # What is shown on the screen is QEMU's business: Ganeti takes any text.
        assert parameter == "vga" or set(values.values()) <= set(known[parameter])


def test_the_cluster_has_the_machine_that_was_asked_for() -> None:
    world = simulated()
    with rapi(world) as (_, connection):
        driver = over_rapi(replace(connection, options={"hypervisor": "kvm"}))
        driver.submit(effect(replace(wanted("one"), hardware=ALL)))
        wait_until(lambda: driver.instance("one") is not None, "the instance")
    kept = world.store.look(lambda found: found.instances["one"].hvparams)
    assert kept == AS_PARAMETERS
