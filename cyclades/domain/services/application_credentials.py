"""Application credentials: made by users for their programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cyclades.domain.model.application_credential import ApplicationCredential
from cyclades.domain.model.errors import Forbidden, InvalidInput, NotFound
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.identity_ids import bare
from cyclades.domain.model.project import NO_DOMAIN
from cyclades.domain.model.role import Target
from cyclades.domain.services.grants import Grants
from cyclades.ports.clock import Clock
from cyclades.ports.identity_store import IdentityStore
from cyclades.ports.ids import Ids
from cyclades.ports.passwords import PasswordHasher

SECRET_BITS = 512


@dataclass(frozen=True, slots=True)
class ApplicationCredentials:
    """Secrets are shown once and kept as hashes."""

    store: IdentityStore
    passwords: PasswordHasher
    clock: Clock
    ids: Ids

    def create(
        self, caller: Caller, wanted: Mapping[str, Any]
    ) -> tuple[ApplicationCredential, str]:
        """A credential for the caller's project, with some of the caller's roles; its secret."""
        self._require_unrestricted(caller)
        if caller.project_id is None:
            raise InvalidInput("Application credentials need a token with a project.", "project")
        expires = wanted.get("expires_at")
        if expires is not None and expires <= self.clock.now():
            raise InvalidInput("expires_at is in the past.", "application_credential.expires_at")
        secret = wanted.get("secret") or self.ids.token(SECRET_BITS)
        credential = ApplicationCredential(
            id=bare(self.ids.new()),
            user_id=caller.user_id,
            project_id=caller.project_id,
            name=wanted["name"],
            secret_hash=self.passwords.hash(secret),
            roles=self._roles(caller, wanted.get("roles") or ()),
            description=wanted.get("description"),
            unrestricted=bool(wanted.get("unrestricted")),
            expires=expires,
        )
        self.store.application_credentials.add(credential)
        return credential, secret

    def show(self, user_id: str, credential_id: str) -> ApplicationCredential:
        """One of the user's. Raises NotFound."""
        found = self.store.application_credentials.find({"id": credential_id, "user_id": user_id})
        if not found:
            raise NotFound("application credential", credential_id)
        return found[0]

    def delete(self, caller: Caller, user_id: str, credential_id: str) -> None:
        """Remove it; its tokens are void."""
        self._require_unrestricted(caller)
        credential = self.show(user_id, credential_id)
        self.store.application_credentials.remove({"id": credential.id})
        self.store.revocations.add([("application_credential", credential.id)])

    def _require_unrestricted(self, caller: Caller) -> None:
        mine = caller.application_credential_id
        if mine and not self.store.application_credentials.get(mine).unrestricted:
            raise Forbidden(
                "An application credential that is restricted cannot manage application "
                "credentials."
            )

    def _roles(self, caller: Caller, wanted: Sequence[Mapping[str, str | None]]) -> tuple[str, ...]:
        """Ids of the wanted roles (by default those of the token) and what they imply."""
        held = self.store.roles.find({"name": tuple(sorted(caller.roles)), "domain_id": NO_DOMAIN})
        if not wanted:
            return tuple(role.id for role in held)
        # A token from an application credential may know less than its user's assignments.
        if caller.project_id and not caller.application_credential_id:
            scope = Target("project", caller.project_id)
            held = Grants(self.store).roles(caller.user_id, scope)
        by_name = {role.name: role.id for role in held}
        ids = {role.id for role in held}
        chosen = [by_name.get(str(one.get("name"))) or one.get("id") for one in wanted]
        if any(role_id not in ids for role_id in chosen):
            raise InvalidInput(
                "Application credentials can only have roles that their user has on the project.",
                "application_credential.roles",
            )
        named = Grants(self.store).named([role_id for role_id in chosen if role_id])
        return tuple(role.id for role in named)
