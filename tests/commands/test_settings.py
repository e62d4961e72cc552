"""The ini file: read strictly, so that a typing error is not a silent default."""

from pathlib import Path

import pytest

from cyclades.settings import BadSettings, Settings


def test_texts_become_what_they_mean() -> None:
    settings = Settings.from_ini(
        {
            "cyclades.workers": "yes",
            "cyclades.page_size": "7",
            "cyclades.poll_fast": "0.25",
            "cyclades.var_dir": "/srv/cyclades",
            "cyclades.vlan_links": "a b  c",
            "use": "egg:cyclades",
        }
    )
    assert settings.workers
    assert settings.page_size == 7
    assert settings.poll_fast == 0.25
    assert settings.var_dir == Path("/srv/cyclades")
    assert settings.vlan_links == ("a", "b", "c")


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("cyclades.databse_url", "sqlite://"),
        ("cyclades.page_size", "many"),
        ("cyclades.workers", "perhaps"),
        ("cyclades.audit_interval", "0"),
        ("cyclades.poll_fast", "nan"),
        ("cyclades.effect_lease", "-60"),
        ("cyclades.network_flavors", ""),
        ("cyclades.network_flavors", "MAC_FILTERED CUSTOM"),
        ("cyclades.spanning_flavors", "VLAN"),
        ("cyclades.mac_prefix_pool", "aa:0d:00-aa:0c:ff"),
        ("cyclades.mac_prefix_pool", "ab:00:00"),
        ("cyclades.routing_tables", "254-20"),
        ("cyclades.routing_tables", "main"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(key: str, text: str) -> None:
    with pytest.raises(BadSettings, match=key):
        Settings.from_ini({key: text})


def test_every_quota_default_names_a_resource() -> None:
    defaults = Settings().quota_defaults()
    assert {"instances", "cores", "ram"} <= set(defaults)
    assert all(isinstance(limit, int) for limit in defaults.values())
