"""Volumes to copy, and a client that copies them in few words."""

from typing import TYPE_CHECKING, Any

from cyclades.domain.model.volume import Volume
from tests.harness.api import PROJECT, Client
from tests.harness.volumes import a_volume

if TYPE_CHECKING:
    from cyclades.bootstrap import Application, Unit

LIMITED = ("volumes", "gigabytes", "snapshots", "backups", "backup_gigabytes")
BASE = "/volume/v3"
SNAPSHOTS, BACKUPS = f"{BASE}/snapshots", f"{BASE}/backups"


def kept(application: "Application", **values: Any) -> Volume:
    """A volume that is there already; blank unless something else is said."""
    volume = a_volume(**values)

    def keep(unit: "Unit") -> None:
        unit.volume_rows.add(volume)
        unit.quota.set_limits(volume.project_id, dict.fromkeys(LIMITED, 100))
        unit.quota.charge(volume.project_id, volume.usage)

    application.atomically(keep)
    return volume


def snapshot_of(api: Client, volume_id: str, **values: Any) -> dict[str, Any]:
    """A snapshot of it, as it is told at once."""
    version, token = values.pop("version", None), values.pop("token", "member")
    body = {"snapshot": {"volume_id": volume_id} | values}
    made = api.call("POST", SNAPSHOTS, body, version=version, token=token, status=202)
    told: dict[str, Any] = made.json["snapshot"]
    return told


def used(application: "Application", *resources: str) -> dict[str, int]:
    """What the project uses of these."""
    with application.reader() as unit:
        held = unit.quota.holdings(PROJECT, resources)
    return {name: held[name].used for name in resources}
