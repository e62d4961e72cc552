"""Sharing of networks by policy: create, look at, change, delete."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cyclades.domain.model.errors import Forbidden, InvalidInput, NotFound
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network import Network
from cyclades.domain.model.rbac_policy import (
    EVERYBODY,
    EXTERNAL,
    NETWORK,
    SHARED,
    RbacPolicy,
    RbacPolicyInUse,
    WantedPolicy,
)
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.networks import NetworkRepository
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.rbac_policies import RbacPolicyRepository


@dataclass(frozen=True, slots=True)
class RbacPolicies:
    """Owners share with projects; only administrators share with everybody, or lead outside.

    What everybody may do is kept twice, as the network's attribute and as a policy: each
    follows the other, as clients know it.
    """

    networks: NetworkRepository
    policies: RbacPolicyRepository
    quota: QuotaLedger
    feed: Feed
    clock: Clock
    ids: Ids

    def create(self, caller: Caller, wanted: WantedPolicy) -> RbacPolicy:
        """Share. Raises DuplicatePolicy, OverQuota; Forbidden for what is not the owner's."""
        network = self._owned(caller, wanted.object_id)
        _require_allowed(caller, wanted.action, wanted.target_project)
        if wanted.project_id not in {None, network.project_id}:
            raise InvalidInput("A policy is its network's project's.", "project_id")
        policy = RbacPolicy(
            self.ids.new(),
            network.project_id,
            wanted.object_type,
            network.id,
            wanted.action,
            wanted.target_project,
        )
        self.follow(network)
        self.policies.add(policy)
        self._settle(network, policy.action)
        self._charge(policy.project_id, policy.charges)
        return policy

    def show(self, caller: Caller, policy_id: str) -> RbacPolicy:
        """One policy of the caller's. Raises NotFound."""
        policy = self.policies.get(policy_id)
        if not (caller.is_admin or policy.project_id == caller.project_id):
            raise NotFound("rbac policy", policy_id)
        return policy

    def page(self, listing: Listing) -> Sequence[RbacPolicy]:
        """A page of a list."""
        return self.policies.list(listing)

    def update(self, caller: Caller, policy_id: str, target_project: str) -> RbacPolicy:
        """Let another project do it instead. Raises RbacPolicyInUse, DuplicatePolicy."""
        network, policy = self._locked(caller, policy_id)
        _require_allowed(caller, policy.action, target_project)
        changed = replace(policy, target_project=target_project)
        self._require_unused(network, policy, changed)
        self.policies.save(changed)
        self._settle(network, policy.action)
        self._charge(policy.project_id, changed.charges - policy.charges)
        return changed

    def delete(self, caller: Caller, policy_id: str) -> None:
        """Share no more. Raises RbacPolicyInUse while projects use what it lets them."""
        network, policy = self._locked(caller, policy_id)
        self._require_unused(network, policy, None)
        self.policies.remove([policy.id])
        self._settle(network, policy.action)
        self._charge(policy.project_id, -policy.charges)

    def follow(self, network: Network) -> None:
        """Have the policies that the network's attributes mean, and no others for everybody."""
        known = self.policies.of_object(network.id)
        wanted = {SHARED: network.shared, EXTERNAL: network.external and not network.external_to}
        for action, said in wanted.items():
            there = [
                each.id
                for each in known
                if each.action == action and each.target_project == EVERYBODY
            ]
            if said and not there:
                new = RbacPolicy(
                    self.ids.new(), network.project_id, NETWORK, network.id, action, EVERYBODY
                )
                self.policies.add(new)
            if there and not said:
                self.policies.remove(there)
        if not network.external:
            self._end([each for each in known if each.action == EXTERNAL])

    def forget(self, network: Network) -> None:
        """The network ends, and its policies with it."""
        if network.shared or network.external or network.shared_to:
            self._end(self.policies.of_object(network.id))

    def _end(self, policies: Sequence[RbacPolicy]) -> None:
        self.policies.remove([each.id for each in policies])
        for policy in policies:
            self._charge(policy.project_id, -policy.charges)

    def _charge(self, project_id: str, amount: int) -> None:
        if amount > 0:
            self.quota.charge(project_id, {"rbac_policy": amount})
        elif amount < 0:
            self.quota.release(project_id, {"rbac_policy": -amount})

    def _owned(self, caller: Caller, network_id: str) -> Network:
        network = self.networks.lock(network_id)
        network.require_owned(caller, "rule:create_rbac_policy")
        return network

    def _locked(self, caller: Caller, policy_id: str) -> tuple[Network, RbacPolicy]:
        network = self.networks.lock(self.show(caller, policy_id).object_id)
        # As it is now that nobody else changes the network's policies.
        return network, self.policies.get(policy_id)

    def _require_unused(
        self, network: Network, policy: RbacPolicy, instead: RbacPolicy | None
    ) -> None:
        """Raise RbacPolicyInUse when it alone lets somebody be on the network."""
        others = [
            each.target_project
            for each in self.policies.of_object(network.id)
            if each.action == policy.action and each.id != policy.id
        ]
        allowed = {network.project_id, *others} | ({instead.target_project} if instead else set())
        if EVERYBODY in allowed:
            return
        left = self.policies.users(network.id, policy.action) - allowed - {""}
        if policy.target_project != EVERYBODY:
            left &= {policy.target_project}
        if left:
            raise RbacPolicyInUse(
                f"RBAC policy on object {network.id} cannot be removed because other objects "
                f"depend on it.\nDetails: projects use the network: {', '.join(sorted(left))}."
            )

    def _settle(self, network: Network, action: str) -> None:
        """The network's attribute says what its policies say; whom it concerns hears of it."""
        targets = self._targets(network.id, action)
        changed = replace(network, updated=self.clock.now(), version=network.version + 1)
        if action == SHARED:
            changed = replace(changed, shared=EVERYBODY in targets)
        else:
            changed = replace(changed, external=bool(targets))
        self.networks.save(changed)
        tell(self.feed, self.networks.get(network.id), network)

    def _targets(self, network_id: str, action: str) -> set[str]:
        policies = self.policies.of_object(network_id)
        return {each.target_project for each in policies if each.action == action}


def tell(feed: Feed, network: Network, before: Network | None = None) -> None:
    """Whom a network concerns hears of its change: the owner, and who sees it or saw it."""
    each = (network, before or network)
    public = any(one.public for one in each)
    audience = dict.fromkeys(project for one in each for project in one.audience)
    for project_id in [network.project_id] if public else audience:
        feed.publish(Changed("network", network.id, network.version, project_id, public=public))


def _require_allowed(caller: Caller, action: str, target: str) -> None:
    if not caller.is_admin and (target == EVERYBODY or action != SHARED):
        what = "target_tenant" if action == SHARED else "action"
        raise Forbidden(f"(rule:create_rbac_policy:{what}) is disallowed by policy")
