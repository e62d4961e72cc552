"""The kinds of what we ask of clusters."""

from enum import StrEnum


class Operation(StrEnum):
    """The kinds of effect; each is one Ganeti job."""

    CREATE = "create"
    START = "start"
    STOP = "stop"
    REBOOT = "reboot"
    REMOVE = "remove"
    TAG = "tag"
    ATTACH_NIC = "attach_nic"
    MODIFY_NIC = "modify_nic"
    DETACH_NIC = "detach_nic"
    CREATE_NETWORK = "create_network"
    CONNECT_NETWORK = "connect_network"
    DISCONNECT_NETWORK = "disconnect_network"
    REMOVE_NETWORK = "remove_network"
    ADD_DISK = "add_disk"
    ATTACH_DISK = "attach_disk"
    DETACH_DISK = "detach_disk"
    REMOVE_DISK = "remove_disk"
    GROW_DISK = "grow_disk"
    ACTIVATE_DISKS = "activate_disks"
