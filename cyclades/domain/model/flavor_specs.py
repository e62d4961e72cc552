"""Extra specs of flavors: which keys and values are possible.

Keys in a namespace of our own choosing are free. In the namespaces that compute itself
defines, a key must be known and its value must fit (checked since microversion 2.86).
"""

import re
from collections.abc import Mapping

from cyclades.domain.model.errors import InvalidInput

KEY = re.compile(r"[a-zA-Z0-9\-_:. ]{1,255}")
MAX_VALUE = 255
MAX_SPECS = 128

NUMBER = r"[1-9][0-9]{0,8}"
FLAG = r"(?i:true|false|yes|no|on|off|1|0)"
CPUS = r"[0-9,^-]{1,200}"
# Source: nova's administrator documentation, "Extra Specs".
KNOWN: Mapping[str, str] = {
    r"hw:numa_nodes": NUMBER,
    r"hw:numa_cpus\.[0-9]+": CPUS,
    r"hw:numa_mem\.[0-9]+": NUMBER,
    r"hw:cpu_policy": r"dedicated|shared|mixed",
    r"hw:cpu_thread_policy": r"prefer|isolate|require",
    r"hw:emulator_threads_policy": r"isolate|share",
    r"hw:cpu_dedicated_mask": CPUS,
    r"hw:cpu_(sockets|cores|threads|max_sockets|max_cores|max_threads)": NUMBER,
    r"hw:mem_page_size": rf"large|small|any|{NUMBER}(?i:[kmgt]?i?b)?",
    r"hw:(boot_menu|mem_encryption|pmu|hide_hypervisor_id)": FLAG,
    r"hw:watchdog_action": r"none|pause|poweroff|reset|disabled",
    r"hw:(vif_multiqueue_enabled|tpm_enabled|maxphysaddr_enabled)": FLAG,
    r"trait[0-9]*:[A-Z0-9_]+": r"required|forbidden",
    r"resources[0-9]*:[A-Z0-9_]+": r"[0-9]{1,9}",
    r"quota:(cpu_shares|cpu_period|cpu_quota)": r"-?[0-9]{1,12}",
    r"quota:(disk|vif)_[a-z_]+": r"[0-9]{1,12}",
}
CHECKED = re.compile(r"(hw|trait[0-9]*|resources[0-9]*|quota):.*")


def check_keys(specs: Mapping[str, str]) -> None:
    """Refuse keys that no extra spec can have. Raises InvalidInput."""
    for key, value in specs.items():
        if not KEY.fullmatch(key):
            raise InvalidInput(
                f"Invalid input for field/attribute extra_specs. Key {key[:60]!r} must have 1 to "
                "255 letters, digits, spaces or -_:.",
                "extra_specs",
            )
        if len(value) > MAX_VALUE:
            raise InvalidInput(
                f"Invalid input for field/attribute {key}. The value is longer than {MAX_VALUE}.",
                f"extra_specs.{key}",
            )


def check_known(specs: Mapping[str, str]) -> None:
    """Refuse unknown keys and values in compute's own namespaces. Raises InvalidInput."""
    for key, value in specs.items():
        if not CHECKED.fullmatch(key):
            continue
        shape = next((fits for name, fits in KNOWN.items() if re.fullmatch(name, key)), None)
        if shape is None:
            raise InvalidInput(
                f"Validation failed; extra spec '{key}' does not appear to be a valid extra spec.",
                f"extra_specs.{key}",
            )
        if not re.fullmatch(shape, value):
            raise InvalidInput(
                f"Validation failed; '{value}' is not a valid value for extra spec '{key}'.",
                f"extra_specs.{key}",
            )
