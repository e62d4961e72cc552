"""The alerts that we ship ask for metrics that there are."""

import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
RULES = ROOT / "config" / "deploy" / "prometheus-rules.yml"
NAMED = re.compile(r"\bcyclades_(\w+)\b")
SOURCES = ("metrics.py", "traffic.py")


def test_every_alert_asks_for_metrics_that_exist() -> None:
    groups = yaml.safe_load(RULES.read_text())["groups"]
    asked = {
        name for group in groups for rule in group["rules"] for name in NAMED.findall(rule["expr"])
    }
    text = "".join((ROOT / "cyclades" / "web" / name).read_text() for name in SOURCES)
    assert asked
    assert [name for name in asked if name.removesuffix("_total") not in text] == []
