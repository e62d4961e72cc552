"""Extra specs: free in free namespaces, checked in compute's own."""

import pytest

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.flavor_specs import check_keys, check_known


@pytest.mark.parametrize("key", ["a", "x:y", "hw:cpu_policy", "a b", "A-1_2.3", "k" * 255])
def test_possible_keys(key: str) -> None:
    check_keys({key: "v"})


@pytest.mark.parametrize("key", ["", "a/b", "k" * 256, "é", "a\n", "a=b"])
def test_impossible_keys(key: str) -> None:
    with pytest.raises(InvalidInput):
        check_keys({key: "v"})


def test_values_are_bounded() -> None:
    check_keys({"a": "v" * 255})
    with pytest.raises(InvalidInput):
        check_keys({"a": "v" * 256})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("foo", "bar"),
        ("hww:cpu_policy", "sharrred"),
        ("hw:cpu_policy", "shared"),
        ("hw:numa_nodes", "1"),
        ("hw:numa_cpus.0", "0-3,^2"),
        ("trait:HW_CPU_X86_AVX", "required"),
        ("hw:mem_page_size", "2MB"),
    ],
)
def test_known_or_free(key: str, value: str) -> None:
    check_known({key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hw:cpu_policy", "sharrred"),
        ("hw:cpu_policyy", "shared"),
        ("hw:numa_nodes", "foo"),
        ("hw:numa_nodes", "0"),
        ("trait:HW", "maybe"),
        ("resources:VGPU", "many"),
    ],
)
def test_unknown_in_a_checked_namespace(key: str, value: str) -> None:
    with pytest.raises(InvalidInput):
        check_known({key: value})
