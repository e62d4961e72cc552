"""Things are where docs/architecture.md says they are."""

import ast
import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "cyclades"
TOP = {"adapters", "bootstrap", "commands", "domain", "ports", "web", "workers"}
ADAPTERS = {
    "amqp",
    "downloads",
    "files",
    "ganeti",
    "inspection",
    "local_identity",
    "netns",
    "s3",
    "simulated",
    "sql",
    "system",
}
GROUPS = (
    "cyclades.cluster_driver",
    "cyclades.hints",
    "cyclades.identity",
    "cyclades.image_store",
    "cyclades.queue",
    "cyclades.router_driver",
)
EXEMPTION = re.compile(r"#\s(noqa\b|type: ignore)(?!.*`)")
EXPLAINED = re.compile(r"#\snoqa: [A-Z]+\d+(, ?[A-Z]+\d+)*\W+\w|#\stype: ignore\[[\w, -]+\]\W+\w")


def packages_in(folder: Path) -> set[str]:
    return {path.parent.name for path in folder.glob("*/__init__.py")}


def protocols_in(path: Path) -> list[str]:
    return [
        node.name
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
        if any(ast.unparse(base).split("[")[0] == "Protocol" for base in node.bases)
    ]


def test_the_package_has_its_folders_and_no_others() -> None:
    assert packages_in(PACKAGE) == TOP


def test_every_adapter_is_known() -> None:
    assert packages_in(PACKAGE / "adapters") == ADAPTERS


def test_the_model_is_pure() -> None:
    """No port in the model: what the rules need of the world is said in ports/."""
    for path in (PACKAGE / "domain" / "model").glob("*.py"):
        assert protocols_in(path) == [], path.name


def test_packages_run_nothing_when_imported() -> None:
    for path in PACKAGE.rglob("__init__.py"):
        nodes = ast.parse(path.read_text()).body
        rest = [n for n in nodes if not isinstance(n, ast.Expr | ast.Import | ast.ImportFrom)]
        assert {ast.unparse(n).split(" = ")[0] for n in rest} <= {"__all__"}, path


@pytest.mark.parametrize(
    "port",
    [p for p in sorted((PACKAGE / "ports").glob("*.py")) if protocols_in(p)],
    ids=lambda path: path.stem,
)
def test_every_port_has_a_contract(port: Path) -> None:
    contract = ROOT / "tests" / "contracts" / f"test_{port.stem}.py"
    assert contract.exists(), f"{', '.join(protocols_in(port))}: no {contract.relative_to(ROOT)}"


@pytest.mark.parametrize("group", GROUPS)
def test_every_adapter_that_the_package_offers_loads(group: str) -> None:
    offered = [point for point in entry_points(group=group) if point.module.startswith("cyclades.")]
    assert offered
    for point in offered:
        assert callable(point.load())


def test_every_exemption_says_why() -> None:
    """Words follow the codes of `# noqa: ...` and the bracket of `# type: ignore[...]`."""
    bare = [
        f"{path.relative_to(ROOT)}:{number}"
        for folder in (PACKAGE, ROOT / "tests", ROOT / "benchmarks")
        for path in folder.rglob("*.py")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if EXEMPTION.search(line) and not EXPLAINED.search(line)
    ]
    assert bare == []
