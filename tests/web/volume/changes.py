"""Every change that can be made with the volume service, in an order that works."""

from typing import Any, NamedTuple

BASE = "/volume/v3"


class Change(NamedTuple):
    """`@name` in a path or a body stands for what `keeps` named before."""

    operation: str  # as declared, without the base
    body: Any = None
    id: str = ""
    keeps: str = ""
    token: str = "member"
    version: str = "3.71"

    @property
    def declared(self) -> str:
        """As the resource has it."""
        method, path = self.operation.split()
        return f"{method} {BASE}{path}"


VOLUME, SNAPSHOT, TYPE = "/volumes/{id}", "/snapshots/{id}", "/types/{id}"
BACKUP, OLD, NEW = "/backups/{id}", "/os-volume-transfer", "/volume-transfers"
TRANSFER = {"transfer": {"volume_id": "@volume"}}
RESET = {"os-reset_status": {"status": "error"}}
FORCE: dict[str, Any] = {"os-force_delete": {}}
ACCEPT = {"accept": {"auth_key": "@auth_key"}}


def metadata_of(path: str, name: str) -> tuple[Change, ...]:
    """Four changes."""
    return (
        Change(f"POST {path}/metadata", {"metadata": {"a": "b"}}, name),
        Change(f"PUT {path}/metadata", {"metadata": {"key": "b"}}, name),
        Change(f"PUT {path}/metadata/{{key}}", {"meta": {"key": "c"}}, name),
        Change(f"DELETE {path}/metadata/{{key}}", None, name),
    )


CHANGES = (
    Change("POST /types", {"volume_type": {"name": "t"}}, keeps="type", token="admin"),
    Change(f"PUT {TYPE}", {"volume_type": {"name": "u"}}, "@type", token="admin"),
    Change(f"POST {TYPE}/extra_specs", {"extra_specs": {"key": "v"}}, "@type", token="admin"),
    Change(f"PUT {TYPE}/extra_specs/{{key}}", {"key": "w"}, "@type", token="admin"),
    Change(f"DELETE {TYPE}/extra_specs/{{key}}", None, "@type", token="admin"),
    Change(f"PUT {TYPE}", {"volume_type": {"is_public": False}}, "@type", token="admin"),
    Change(f"POST {TYPE}/action", {"addProjectAccess": {"project": "p"}}, "@type", token="admin"),
    Change(f"DELETE {TYPE}", None, "@type", token="admin"),
    Change("POST /volumes", {"volume": {"size": 1}}, keeps="volume"),
    Change(f"PUT {VOLUME}", {"volume": {"name": "n"}}, "@volume"),
    *metadata_of(VOLUME, "@volume"),
    Change(f"POST {VOLUME}/action", {"os-extend": {"new_size": 2}}, "@volume"),
    Change(f"POST {VOLUME}/action", {"os-set_bootable": {"bootable": True}}, "@volume"),
    Change(
        f"POST {VOLUME}/action", {"os-reset_status": {"status": "error"}}, "@volume", "", "admin"
    ),
    Change(
        f"POST {VOLUME}/action",
        {"os-reset_status": {"status": "available"}},
        "@volume",
        "",
        "admin",
    ),
    Change("POST /snapshots", {"snapshot": {"volume_id": "@volume"}}, keeps="snapshot"),
    Change(f"PUT {SNAPSHOT}", {"snapshot": {"name": "n"}}, "@snapshot"),
    *metadata_of(SNAPSHOT, "@snapshot"),
    Change(f"POST {SNAPSHOT}/action", RESET, "@snapshot", token="admin"),
    Change(f"POST {SNAPSHOT}/action", FORCE, "@snapshot", token="admin"),
    Change("POST /snapshots", {"snapshot": {"volume_id": "@volume"}}, keeps="snapshot"),
    Change(f"DELETE {SNAPSHOT}", None, "@snapshot"),
    Change("POST /backups", {"backup": {"volume_id": "@volume"}}, keeps="backup"),
    Change(f"PUT {BACKUP}", {"backup": {"name": "n"}}, "@backup"),
    Change(f"POST {BACKUP}/restore", {"restore": {"volume_id": "@volume"}}, "@backup"),
    Change(f"POST {BACKUP}/action", RESET, "@backup", token="admin"),
    Change(f"POST {BACKUP}/action", FORCE, "@backup", token="admin"),
    Change("POST /backups", {"backup": {"volume_id": "@volume"}}, keeps="backup"),
    Change(f"DELETE {BACKUP}", None, "@backup"),
    Change(f"POST {OLD}", TRANSFER, keeps="transfer"),
    Change(f"DELETE {OLD}/{{id}}", None, "@transfer"),
    Change(f"POST {NEW}", TRANSFER, keeps="transfer"),
    Change(f"DELETE {NEW}/{{id}}", None, "@transfer"),
    Change(f"POST {NEW}", TRANSFER, keeps="transfer"),
    Change(f"POST {NEW}/{{id}}/accept", ACCEPT, "@transfer", token="other"),
    Change(f"POST {OLD}", TRANSFER, keeps="transfer", token="other"),
    Change(f"POST {OLD}/{{id}}/accept", ACCEPT, "@transfer"),
    Change(f"DELETE {VOLUME}", None, "@volume"),
    Change("PUT /os-quota-sets/{project_id}", {"quota_set": {"volumes": 7}}, "a", token="admin"),
    Change("DELETE /os-quota-sets/{project_id}", None, "a", token="admin"),
)
OF_SERVERS = "/compute/v2.1/servers/{id}/os-volume_attachments"
OF_A_SERVER = (
    f"POST {OF_SERVERS}",
    f"PUT {OF_SERVERS}/{{volume_id}}",
    f"DELETE {OF_SERVERS}/{{volume_id}}",
)
# What accepts only what is so already, or nothing.
NO_CHANGE = frozenset(
    {
        f"PUT {BASE}/os-quota-class-sets/{{name}}",
        f"POST {BASE}{TYPE}/encryption",
        # Servers get and lose volumes by the compute service.
        f"POST {BASE}/attachments",
        f"PUT {BASE}/attachments/{{id}}",
        f"DELETE {BASE}/attachments/{{id}}",
        f"POST {BASE}/attachments/{{id}}/action",
        f"PUT {BASE}/os-services/{{action:enable|disable|disable-log-reason|freeze|thaw}}",
    }
)
