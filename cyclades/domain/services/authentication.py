"""Authentication: proofs in, tokens out."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cyclades.domain.model.application_credential import ApplicationCredential
from cyclades.domain.model.errors import NotFound, TooManyRequests, Unauthenticated
from cyclades.domain.model.login import Login, Reference, TokenDetails
from cyclades.domain.model.project import NO_DOMAIN, Project
from cyclades.domain.model.role import Role
from cyclades.domain.model.token import METHODS, Claims, TokenScope
from cyclades.domain.model.user import User
from cyclades.domain.services.token_scopes import Subject, TokenScopes
from cyclades.ports.clock import Clock
from cyclades.ports.identity_store import IdentityStore
from cyclades.ports.ids import Ids
from cyclades.ports.logins import LoginRecords
from cyclades.ports.passwords import PasswordHasher
from cyclades.ports.tokens import TokenFormat

AUDIT_BITS = 96


def refused() -> Unauthenticated:
    """The one answer to every wrong proof: it must not say what was wrong."""
    return Unauthenticated("The request you have made requires authentication.")


@dataclass(frozen=True, slots=True)
class Authentication:
    """Needs no transaction: it only reads, and failed logins are recorded on their own."""

    store: IdentityStore
    passwords: PasswordHasher
    tokens: TokenFormat
    logins: LoginRecords
    clock: Clock
    ids: Ids
    token_life: int
    verify_token: Callable[[str], object]

    def log_in(self, login: Login, address: str) -> tuple[str, TokenDetails]:
        """A new token. Raises Unauthenticated, TooManyRequests, Forbidden."""
        # Read before anything else: what is revoked from here on must void the token.
        epoch = self.store.revocations.epoch()
        subjects = [self._prove(method, login, address) for method in login.methods]
        subject = self._one(subjects)
        scope, roles = TokenScopes(self.store).choose(subject, login.scope)
        now = self.clock.now()
        claims = Claims(
            user_id=subject.user.id,
            user_domain_id=subject.user.domain_id,
            methods=tuple(name for name in METHODS if name in subject.methods),
            scope=scope,
            roles=tuple(role.name for role in roles),
            issued=now,
            expires=self._expiry(now, subject),
            audit_ids=(self.ids.token(AUDIT_BITS), *subject.parents[:1]),
            epoch=epoch,
            application_credential_id=subject.credential.id if subject.credential else None,
        )
        return self.tokens.write(claims), self.details(claims, roles)

    def details(self, claims: Claims, roles: tuple[Role, ...] | None = None) -> TokenDetails:
        """The objects that the claims name. Raises NotFound when the token is void by now."""
        if roles is None:
            names = claims.roles
            roles = tuple(self.store.roles.find({"name": names, "domain_id": NO_DOMAIN}))
        target = self._target(claims.scope)
        wanted = {claims.user_domain_id, target.domain_id if target else ""} - {NO_DOMAIN}
        domains = {row.id: row for row in self.store.projects.find({"id": tuple(sorted(wanted))})}
        credential_id = claims.application_credential_id
        return TokenDetails(
            claims=claims,
            user=self.store.users.get(claims.user_id),
            user_domain=domains[claims.user_domain_id],
            target=target,
            target_domain=domains.get(target.domain_id) if target else None,
            roles=roles,
            credential=self.store.application_credentials.get(credential_id)
            if credential_id
            else None,
        )

    def inspect(self, token: str) -> TokenDetails:
        """What a valid token stands for. Raises NotFound for any other."""
        try:
            self.verify_token(token)
            return self.details(self.tokens.read(token))
        except (Unauthenticated, NotFound, KeyError) as error:
            raise NotFound("token", "not shown") from error

    def prove_password(self, user_id: str, password: str, address: str) -> None:
        """Raise Unauthenticated unless it is the user's, TooManyRequests after many guesses."""
        self._by_password(
            Login(("password",), user=Reference(id=user_id), password=password), address
        )

    def _expiry(self, now: datetime, subject: Subject) -> datetime:
        life = timedelta(seconds=self.token_life)
        limits = (subject.expires, subject.credential.expires if subject.credential else None)
        return min([now + life, *(limit for limit in limits if limit)])

    def _target(self, scope: TokenScope) -> Project | None:
        known = scope.kind in {"project", "domain"}
        return self.store.projects.get(scope.id) if known else None

    def _prove(self, method: str, login: Login, address: str) -> Subject:
        proofs: Mapping[str, Callable[[Login, str], Subject]] = {
            "password": self._by_password,
            "token": self._by_token,
            "application_credential": self._by_credential,
        }
        proof = proofs.get(method)
        if proof is None:
            raise refused()
        return proof(login, address)

    def _one(self, subjects: list[Subject]) -> Subject:
        """The methods must agree about who it is; the strictest limits hold."""
        first = subjects[0]
        for other in subjects[1:]:
            if other.user.id != first.user.id:
                raise refused()
            first = first.narrowed(other)
        return first

    def _by_password(self, login: Login, address: str) -> Subject:
        user = self._user(login.user)
        hashed = user.password_hash if user else ""
        self._check(_who(user, login.user), address, hashed, login.password)
        if user is None:
            raise refused()
        if self.passwords.outdated(hashed):
            self.logins.rehash(user.id, hashed, self.passwords.hash(login.password))
        return self._enabled(Subject(user, frozenset({"password"})))

    def _by_credential(self, login: Login, address: str) -> Subject:
        credential = self._credential(login)
        hashed = credential.secret_hash if credential else ""
        who = credential.id if credential else _who(None, login.credential)
        self._check(who, address, hashed, login.secret)
        if credential is None or (credential.expires and credential.expires <= self.clock.now()):
            raise refused()
        user = self._user(Reference(id=credential.user_id))
        if user is None:
            raise refused()
        methods = frozenset({"application_credential"})
        return self._enabled(Subject(user, methods, credential=credential))

    def _by_token(self, login: Login, address: str) -> Subject:
        del address
        try:
            self.verify_token(login.token)
        except Unauthenticated as error:  # clients know a bad login from a bad token by this
            raise NotFound("token", "not shown") from error
        claims = self.tokens.read(login.token)
        user = self._user(Reference(id=claims.user_id))
        if user is None:
            raise refused()
        credential = None
        if claims.application_credential_id:
            credential = self.store.application_credentials.get(claims.application_credential_id)
        return self._enabled(
            Subject(
                user,
                frozenset({*claims.methods, "token"}),
                credential=credential,
                expires=claims.expires,
                parents=claims.audit_ids,
                scope=claims.scope,
            )
        )

    def _check(self, who: str, address: str, hashed: str, secret: str) -> None:
        """Raise unless it is the secret; a failure counts, and too many of them wait."""
        who = hashlib.sha256(who.encode()).hexdigest()
        wait = self.logins.wait_for(who, address)
        if wait:
            raise TooManyRequests("Too many failed attempts to log in. Please wait.", wait)
        if not self.passwords.verify(hashed, secret):
            self.logins.failed(who, address)
            raise refused()

    def _enabled(self, subject: Subject) -> Subject:
        domain = self.store.projects.get(subject.user.domain_id)
        if not (subject.user.enabled and domain.enabled):
            raise refused()
        return subject

    def _user(self, wanted: Reference) -> User | None:
        if wanted.id is not None:
            return next(iter(self.store.users.find({"id": wanted.id})), None)
        domain_id = self._domain_id(wanted)
        if domain_id is None:
            return None
        filters = {"name": wanted.name, "domain_id": domain_id}
        return next(iter(self.store.users.find(filters)), None)

    def _domain_id(self, wanted: Reference) -> str | None:
        if wanted.domain_id is not None:
            return wanted.domain_id
        found = self.store.projects.find({"name": wanted.domain_name, "is_domain": True})
        return found[0].id if found else None

    def _credential(self, login: Login) -> ApplicationCredential | None:
        if login.credential.id is not None:
            filters: dict[str, object] = {"id": login.credential.id}
        else:
            user = self._user(login.user)
            filters = {"name": login.credential.name, "user_id": user.id if user else ""}
        return next(iter(self.store.application_credentials.find(filters)), None)


def _who(user: User | None, wanted: Reference) -> str:
    """Whom failures are counted for: the user, or the name that nobody has."""
    return user.id if user else repr(wanted)
