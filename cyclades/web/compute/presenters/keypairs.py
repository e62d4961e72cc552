"""Keypairs as compute clients read them."""

from typing import Any

from cyclades.domain.model.keypair import Keypair
from cyclades.web.microversions import Microversion
from cyclades.web.rendering import iso_micro

TYPE_SINCE = Microversion(2, 2)


def brief(keypair: Keypair, version: Microversion) -> dict[str, Any]:
    """As in lists; `type` since 2.2."""
    body = {
        "name": keypair.name,
        "public_key": keypair.public_key,
        "fingerprint": keypair.fingerprint,
    }
    return body | {"type": keypair.type} if version >= TYPE_SINCE else body


def created(keypair: Keypair, private: str | None, version: Microversion) -> dict[str, Any]:
    """As answered to POST; `private_key` only when we made it."""
    body = brief(keypair, version) | {"user_id": keypair.user_id}
    return {"keypair": body | {"private_key": private} if private else body}


def detail(keypair: Keypair, version: Microversion) -> dict[str, Any]:
    """As answered to GET of one."""
    return {
        "keypair": brief(keypair, version)
        | {
            "user_id": keypair.user_id,
            "id": number_of(keypair.id),
            "created_at": iso_micro(keypair.created),
            "updated_at": None,
            "deleted": False,
            "deleted_at": None,
        }
    }


def number_of(keypair_id: str) -> int:
    """Compute shows a number, of which clients check the type: the id's random digits."""
    return int(keypair_id[-12:], 16)
