"""/volume-transfers, and /os-volume-transfer as it was before 3.55.

Source: Block Storage API reference, "Volume transfers".
"""

from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.volume.listing import page_answer
from cyclades.web.volume.presenters import volume_transfers as present
from cyclades.web.volume.schemas import volume_transfers as schemas

OLD, NEW = "/volume/v3/os-volume-transfer", "/volume/v3/volume-transfers"
SINCE = present.SNAPSHOTS
transfers, new_transfers = Resource("transfers", OLD), Resource("volume-transfers", NEW)
transfers_detail = Resource("transfers-detail", f"{OLD}/detail")
new_transfers_detail = Resource("volume-transfers-detail", f"{NEW}/detail")
transfer, new_transfer = (
    Resource("transfer", f"{OLD}/{{id}}"),
    Resource("volume-transfer", f"{NEW}/{{id}}"),
)
acceptance = Resource("transfer-acceptance", f"{OLD}/{{id}}/accept")
new_acceptance = Resource("volume-transfer-acceptance", f"{NEW}/{{id}}/accept")


@new_transfers.on("GET", query=schemas.LIST, since=SINCE)
@transfers.on("GET", query=schemas.LIST)
def list_transfers(request: CycladesRequest) -> Any:
    """Names and ids."""
    return listed(request, present.brief)


@new_transfers_detail.on("GET", query=schemas.LIST, since=SINCE)
@transfers_detail.on("GET", query=schemas.LIST)
def list_transfers_in_detail(request: CycladesRequest) -> Any:
    """All of each."""
    return listed(request, present.detail)


def listed(request: CycladesRequest, say: Any) -> dict[str, Any]:
    """A page."""
    service = request.cyclades.volume_transfers
    return page_answer(
        request,
        "transfers",
        schemas.LISTS,
        service.page,
        service.count,
        lambda row: say(request, row),
    )


@new_transfers.on(
    "POST", access=Access.MEMBER, body=schemas.CREATE, status=202, since=SINCE, creates=True
)
@transfers.on("POST", access=Access.MEMBER, body=schemas.CREATE, status=202, creates=True)
def create_transfer(request: CycladesRequest) -> Any:
    """Offer a volume; before 3.55 snapshots never went with it."""
    told = request.body_in["transfer"]
    with_snapshots = request.microversion >= SINCE and not told["no_snapshots"]
    made, key = request.cyclades.volume_transfers.create(
        request.caller, told["volume_id"], told["name"], no_snapshots=not with_snapshots
    )
    return {"transfer": present.detail(request, made) | {"auth_key": key}}


@new_transfer.on("GET", since=SINCE)
@transfer.on("GET")
def show_transfer(request: CycladesRequest) -> Any:
    """One; its key is never told again."""
    found = request.cyclades.volume_transfers.show(request.caller, request.matchdict["id"])
    return {"transfer": present.detail(request, found)}


@new_transfer.on("DELETE", access=Access.MEMBER, since=SINCE)
@transfer.on("DELETE", access=Access.MEMBER)
def delete_transfer(request: CycladesRequest) -> Any:
    """Think better of it."""
    request.cyclades.volume_transfers.delete(request.caller, request.matchdict["id"])
    return nothing(request, 202)


@new_acceptance.on("POST", access=Access.MEMBER, body=schemas.ACCEPT, status=202, since=SINCE)
@acceptance.on("POST", access=Access.MEMBER, body=schemas.ACCEPT, status=202)
def accept_transfer(request: CycladesRequest) -> Any:
    """Take the volume."""
    key = request.body_in["accept"]["auth_key"]
    if not key.isprintable():
        raise InvalidInput("The auth_key must be printable.", "accept.auth_key")
    taken = request.cyclades.volume_transfers.accept(request.caller, request.matchdict["id"], key)
    return {"transfer": present.brief(request, taken)}
