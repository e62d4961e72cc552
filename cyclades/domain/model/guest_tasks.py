"""What is done to a disk between its image and its server, and how images opt out of it.

Source: snf-image's documentation, "Image properties" and "Tasks". The names are snf-image's.
"""

from collections.abc import Mapping
from types import MappingProxyType

BEFORE_MOUNT = ("FixPartitionTable", "FilesystemResizeUnmounted")
WHILE_MOUNTED = (
    "MountImage",
    "InitializeDatasource",
    "InstallUnattend",
    "FilesystemResizeMounted",
    "AddSwap",
    "AssignHostname",
    "ChangeMachineId",
    "ChangePassword",
    "ConfigureNetwork",
    "DeleteSSHKeys",
    "DisableRemoteDesktopConnections",
    "SELinuxAutorelabel",
    "EnforcePersonality",
    "RunCustomTask",
    "UmountImage",
)
AFTER_MOUNT = ("FilesystemResizeAfterUmount",)
TASKS = BEFORE_MOUNT + WHILE_MOUNTED + AFTER_MOUNT

# Property (in any case) and the tasks that it excludes when it says yes.
EXCLUSIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "EXCLUDE_ALL_TASKS": frozenset(TASKS),
        "EXCLUDE_MOUNTED_TASKS": frozenset(WHILE_MOUNTED),
        "EXCLUDE_FilesystemResize_TASKS": frozenset(
            task for task in TASKS if task.startswith("FilesystemResize")
        ),
        **{f"EXCLUDE_TASK_{task}": frozenset({task}) for task in TASKS},
    }
)
