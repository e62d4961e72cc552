"""/security-group-rules. Source: Networking API v2.0, "Security group rules"."""

from typing import Any

from cyclades.domain.model.security_group_rules import WantedRule
from cyclades.web.network.bodies import create_all, renamed
from cyclades.web.network.listing import FIELDS, listing_of, page_answer, picked
from cyclades.web.network.presenters.security_groups import rule_body
from cyclades.web.network.schemas import security_group_rules as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

rules = Resource("security-group-rules", "/network/v2.0/security-group-rules")
rule = Resource("security-group-rule", "/network/v2.0/security-group-rules/{id}")


@rules.on("GET", query=schemas.LIST)
def list_rules(request: CycladesRequest) -> Any:
    """The rules of the project's groups."""
    listing = listing_of(request)
    rows = request.cyclades.security_groups.page_rules(request.caller, listing)
    return page_answer(request, "security_group_rules", rows, listing, rule_body)


@rules.on("POST", access=Access.MEMBER, body=schemas.CREATE, status=201, creates=True)
def create_rules(request: CycladesRequest) -> Any:
    """One rule, or several at once: all or none."""

    def make(item: dict[str, Any]) -> dict[str, Any]:
        values = renamed(item, schemas.NAMES)
        values.pop("project_id", None)  # a rule is its group's project's
        values.pop("remote_address_group_id", None)  # null
        service = request.cyclades.security_groups
        return rule_body(service.create_rule(request.caller, WantedRule(**values)))

    return create_all(request.body_in, "security_group_rule", "security_group_rules", make)


@rule.on("GET", query=FIELDS)
def show_rule(request: CycladesRequest) -> Any:
    """One rule."""
    found = request.cyclades.security_groups.show_rule(request.caller, request.matchdict["id"])
    return {"security_group_rule": picked(rule_body(found), request.query_in["fields"])}


@rule.on("DELETE", access=Access.MEMBER)
def delete_rule(request: CycladesRequest) -> Any:
    """Forget a rule."""
    request.cyclades.security_groups.delete_rule(request.caller, request.matchdict["id"])
    return nothing(request)
