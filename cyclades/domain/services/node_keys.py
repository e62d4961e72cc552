"""Keys of clusters' nodes: whoever shows one may read what that cluster's nodes must know."""

import hashlib
import hmac
from dataclasses import dataclass

from cyclades.domain.model.errors import Unauthenticated
from cyclades.ports.clusters import ClusterRepository
from cyclades.ports.ids import Ids
from cyclades.ports.node_keys import NodeKeyRepository


@dataclass(frozen=True, slots=True)
class NodeKeys:
    """A key is shown once, when it is made."""

    repository: NodeKeyRepository
    clusters: ClusterRepository
    ids: Ids

    def make(self, name: str) -> str:
        """A new key for a cluster, whose old one is void from now on. Raises NotFound."""
        cluster, key = self.clusters.by_name(name), self.ids.token()
        self.repository.keep(cluster.id, digest_of(key))
        return key

    def revoke(self, name: str) -> None:
        """The cluster's nodes may read nothing any more. Raises NotFound."""
        self.repository.keep(self.clusters.by_name(name).id, None)

    def known(self, name: str) -> bool:
        """Whether the cluster has a key. Raises NotFound."""
        return self.clusters.by_name(name).id in self.repository.digests()

    def cluster_of(self, key: str) -> str:
        """The id of the cluster whose nodes have this key. Raises Unauthenticated."""
        shown, found = digest_of(key), None
        for cluster_id, digest in self.repository.digests().items():
            # All are compared, each in constant time: how long it takes tells nothing.
            if hmac.compare_digest(shown, digest):
                found = cluster_id
        if found is None:
            raise Unauthenticated("The request you have made requires a node's key.")
        return found


def digest_of(key: str) -> str:
    """What is kept of a key: SHA-256 in hex."""
    return hashlib.sha256(key.encode()).hexdigest()
