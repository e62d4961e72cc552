"""Tokens and catalogs as identity clients read them."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from cyclades.domain.model.catalog import CatalogService, Endpoint
from cyclades.domain.model.login import TokenDetails
from cyclades.domain.model.project import Project

Entries = Iterable[tuple[CatalogService, Sequence[Endpoint]]]


def precise(moment: datetime | None) -> str | None:
    """`2026-11-22T10:00:00.000000Z`, as identity writes times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if moment else None


def brief(thing: Any) -> dict[str, str]:
    """Id and name."""
    return {"id": thing.id, "name": thing.name}


def token(details: TokenDetails, entries: Entries | None) -> dict[str, Any]:
    """As answered to POST and GET; a catalog only where there is a scope."""
    claims, user = details.claims, details.user
    body: dict[str, Any] = {
        "methods": list(claims.methods),
        "user": {
            **brief(user),
            "domain": brief(details.user_domain),
            "password_expires_at": None,
        },
        "audit_ids": list(claims.audit_ids),
        "expires_at": precise(claims.expires),
        "issued_at": precise(claims.issued),
    }
    if claims.scope.kind == "unscoped":
        return {"token": body}
    body |= scoped(claims.scope.kind, details.target, details.target_domain)
    body["roles"] = [brief(role) for role in details.roles]
    if entries is not None:
        body["catalog"] = catalog(entries)
    if details.credential is not None:
        body["application_credential"] = {
            **brief(details.credential),
            "restricted": not details.credential.unrestricted,
        }
    return {"token": body}


def scoped(kind: str, target: Project | None, domain: Project | None) -> dict[str, Any]:
    """Where the roles hold."""
    if target is None:
        return {"system": {"all": True}}
    if kind == "domain":
        return {"domain": brief(target)}
    inner = {"domain": brief(domain)} if domain else {}
    return {"project": brief(target) | inner, "is_domain": False}


def catalog(entries: Entries) -> list[dict[str, Any]]:
    """Services with their endpoints."""
    return [
        {
            "id": service.id,
            "type": service.type,
            "name": service.name,
            "endpoints": [
                {
                    "id": endpoint.id,
                    "interface": endpoint.interface,
                    "region": endpoint.region_id,
                    "region_id": endpoint.region_id,
                    "url": endpoint.url,
                }
                for endpoint in endpoints
            ],
        }
        for service, endpoints in entries
    ]
