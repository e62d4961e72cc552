"""/images/{id}/members. Source: Image service API v2 reference, "Sharing"."""

from typing import Any

from cyclades.domain.model.image_member import MemberStatus
from cyclades.web.image.presenters import image_members as present
from cyclades.web.image.schemas import image_members as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

members = Resource("image_members", "/image/v2/images/{image_id}/members")
member = Resource("image_member", "/image/v2/images/{image_id}/members/{project_id}")


@members.on("GET")
def list_members(request: CycladesRequest) -> Any:
    """The members that the caller may see."""
    found = request.cyclades.image_members.list(request.caller, request.matchdict["image_id"])
    return {
        "members": [present.full(one) for one in found],
        "schema": "/v2/schemas/members",
    }


@members.on("POST", access=Access.MEMBER, body=schemas.CREATE, creates=True)
def create_member(request: CycladesRequest) -> Any:
    """Offer the image to a project."""
    made = request.cyclades.image_members.offer(
        request.caller, request.matchdict["image_id"], request.body_in["member"]
    )
    return present.full(made)


@member.on("GET")
def show_member(request: CycladesRequest) -> Any:
    """One member."""
    name = request.matchdict
    found = request.cyclades.image_members.show(
        request.caller, name["image_id"], name["project_id"]
    )
    return present.full(found)


@member.on("PUT", access=Access.MEMBER, body=schemas.UPDATE)
def update_member(request: CycladesRequest) -> Any:
    """Accept or reject an offer."""
    name, status = request.matchdict, MemberStatus(request.body_in["status"])
    answered = request.cyclades.image_members.answer(
        request.caller, name["image_id"], name["project_id"], status
    )
    return present.full(answered)


@member.on("DELETE", access=Access.MEMBER)
def delete_member(request: CycladesRequest) -> Any:
    """Take an offer back."""
    name = request.matchdict
    request.cyclades.image_members.withdraw(request.caller, name["image_id"], name["project_id"])
    return nothing(request)
