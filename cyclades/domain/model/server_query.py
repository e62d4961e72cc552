"""What a list of servers may be sorted by: the API's words and our fields."""

from collections.abc import Mapping

SORT_KEYS: Mapping[str, str] = {
    "access_ip_v4": "access_ipv4",
    "access_ip_v6": "access_ipv6",
    "auto_disk_config": "disk_config",
    "availability_zone": "availability_zone",
    "config_drive": "config_drive",
    "created_at": "created",
    "display_description": "description",
    "display_name": "name",
    "hostname": "hostname",
    "image_ref": "image_id",
    "instance_type_id": "flavor_id",
    "key_name": "key_name",
    "launch_index": "launch_index",
    "launched_at": "launched",
    "locked": "locked",
    "power_state": "power",
    "progress": "progress",
    "project_id": "project_id",
    "task_state": "task_state",
    "terminated_at": "terminated",
    "updated_at": "updated",
    "user_id": "user_id",
    "uuid": "id",
    "vm_state": "vm_state",
}
