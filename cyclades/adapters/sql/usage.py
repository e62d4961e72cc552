"""What projects are charged for, counted in SQL."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, case, func, not_, or_, select, true, union_all

from cyclades.adapters.sql.schema.floating_ips import floating_ips
from cyclades.adapters.sql.schema.images import images
from cyclades.adapters.sql.schema.networks import networks
from cyclades.adapters.sql.schema.ports import ports
from cyclades.adapters.sql.schema.routers import routers
from cyclades.adapters.sql.schema.security_groups import security_groups
from cyclades.adapters.sql.schema.servers import servers
from cyclades.adapters.sql.schema.subnets import subnets
from cyclades.adapters.sql.schema.volumes import backups, snapshots, volumes
from cyclades.domain.model.image_usage import (
    CONTENT_COUNTS_AS,
    COUNT,
    MEBIBYTE,
    SIZE,
    STAGE,
    UPLOAD_COUNTS_AS,
    UPLOADING,
)

# Volumes and snapshots count together.
STORED = union_all(
    select(volumes.c.project_id, volumes.c.size),
    select(snapshots.c.project_id, snapshots.c.size),
).subquery("stored")


def _mebibytes(resource: str) -> ColumnElement[int]:
    """MiB of images that count as this resource, as model/image_usage.py has it."""
    status, replaced = images.c.status, images.c.upload_blob.is_not(None)
    content = or_(
        *(
            and_(status == name, replaced if other else ~replaced)
            for (name, other), counts in CONTENT_COUNTS_AS.items()
            if counts == resource
        )
    )
    upload = status.in_([name for name, counts in UPLOAD_COUNTS_AS.items() if counts == resource])
    pieces = ((images.c.size, content), (images.c.upload_reserved, upload))
    sizes = [
        case((where, func.coalesce(size + (MEBIBYTE - 1), 0) // MEBIBYTE), else_=0)
        for size, where in pieces
    ]
    return func.sum(sizes[0] + sizes[1])


# What of which table a project is charged for: rows, or a sum over them.
COUNTED: Mapping[str, tuple[ColumnElement[str], ColumnElement[int], ColumnElement[bool]]] = {
    "instances": (servers.c.project_id, func.count(), ~servers.c.deleted),
    "cores": (servers.c.project_id, func.sum(servers.c.vcpus), ~servers.c.deleted),
    "ram": (servers.c.project_id, func.sum(servers.c.ram), ~servers.c.deleted),
    "port": (ports.c.project_id, func.count(), ports.c.project_id != ""),
    "network": (networks.c.project_id, func.count(), networks.c.project_id != ""),
    "subnet": (subnets.c.project_id, func.count(), subnets.c.project_id != ""),
    "security_group": (
        security_groups.c.project_id,
        func.count(),
        not_(security_groups.c.is_default),
    ),
    "router": (routers.c.project_id, func.count(), true()),
    COUNT: (images.c.owner, func.count(), true()),
    UPLOADING: (images.c.owner, func.count(), images.c.status.in_(list(UPLOAD_COUNTS_AS))),
    SIZE: (images.c.owner, _mebibytes(SIZE), true()),
    STAGE: (images.c.owner, _mebibytes(STAGE), true()),
    "floatingip": (floating_ips.c.project_id, func.count(), true()),
    "volumes": (volumes.c.project_id, func.count(), true()),
    "snapshots": (snapshots.c.project_id, func.count(), true()),
    "gigabytes": (STORED.c.project_id, func.sum(STORED.c.size), true()),
    "backups": (backups.c.project_id, func.count(), true()),
    "backup_gigabytes": (backups.c.project_id, func.sum(backups.c.size), true()),
}
