"""N1 to N6: weaknesses on the way from a wish for a network to a cluster's interfaces."""

from tests.mutants.mutant import Mutant

INTERFACES = "cyclades/domain/services/server_interfaces.py"
SETTLEMENT = "cyclades/domain/services/interface_settlement.py"
TEST_SETTLEMENT = "tests/services/test_interface_settlement.py"
TEST_NETWORKS = "tests/services/test_cluster_networks.py"
STORIES = "tests/stateful/test_regressions.py"

MUTANTS = (
    Mutant(
        "N1",
        "An interface's addresses are free when its end is asked for.",
        INTERFACES,
        "        self.rows.save(leaving)\n",
        "        self.rows.save(leaving)\n        self.ports.addresses.release([leaving.id])\n",
        (f"{STORIES}::test_an_interface_keeps_its_address_until_it_is_unplugged",),
    ),
    Mutant(
        "N1",
        "A detachment that fails leaves an interface that nobody knows of.",
        SETTLEMENT,
        "    (Operation.DETACH_NIC, False): True,\n",
        "    (Operation.DETACH_NIC, False): False,\n",
        (f"{TEST_SETTLEMENT}::test_a_detachment_that_fails_leaves_it_plugged_in",),
    ),
    Mutant(
        "N2",
        "An attachment that fails keeps its port, its address and its quota.",
        SETTLEMENT,
        "    (Operation.ATTACH_NIC, False): False,\n",
        "    (Operation.ATTACH_NIC, False): True,\n",
        (f"{TEST_SETTLEMENT}::test_an_attachment_that_fails_leaves_nothing",),
    ),
    Mutant(
        "N3",
        "What plugs a server in does not wait for its network.",
        "cyclades/adapters/sql/outbox.py",
        "_FIRST, _READY)",
        "_FIRST)",
        (f"{TEST_NETWORKS}::test_several_networks_at_once",),
    ),
    Mutant(
        "N3",
        "A network stays in a cluster when its last server has gone.",
        "cyclades/domain/services/cluster_networks.py",
        "        for row in self.rows.abandoned(cluster_id, network_ids):\n",
        "        for row in ():\n",
        (f"{TEST_NETWORKS}::test_it_is_made_before_the_server_and_goes_after_it",),
    ),
    Mutant(
        "N4",
        "A floating IP is given to whoever names its address, in use or not.",
        "cyclades/domain/services/floating_associations.py",
        "        if found.port_id is not None:\n",
        "        if found.port_id == address:\n",
        (f"{STORIES}::test_a_floating_ip_is_one_server_s",),
    ),
    Mutant(
        "N5",
        "Servers go to any cluster, wherever their networks reach.",
        "cyclades/domain/services/network_reach.py",
        "            elif bound.spans:\n",
        "            elif bound.network_id:\n",
        (f"{TEST_NETWORKS}::test_it_stays_in_one_cluster",),
    ),
    Mutant(
        "N6",
        "Nodes are not told to look for forged addresses.",
        "cyclades/domain/model/node_document.py",
        '            "secure": port.port_security_enabled,\n',
        '            "secure": False,\n',
        ("tests/web/node/test_node_ports.py::test_a_document_has_what_a_node_needs",),
    ),
)
