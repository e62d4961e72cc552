"""Patterns for names: the everyday part of regular expressions, and never a slow one."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyclades.adapters.sql.views.name_patterns import safe
from cyclades.domain.model.errors import InvalidInput


@pytest.mark.parametrize(
    ("pattern", "name", "found"),
    [
        ("web", "my-web-1", True),
        ("^web", "my-web-1", False),
        ("^web-[0-9]+$", "web-12", True),
        (r"^web\-[^a-z]+$", "web-x", False),
        ("^.*web.*$", "a web b", True),
        (r"1\.*", "1.5", True),
        (r"1\.*5", "1..5", True),
        ("a.c", "abc", True),
        (r"a\.c", "abc", False),
        (r"\d\w", "1_", True),
        ("(x|y)", "(x|y)", True),
        ("(x|y)", "x", False),
        ("x{2}", "x{2}", True),
        ("*", "a*b", True),
        ("[z-a]", "[z-a]", True),
        ("[", "[", True),
        ("\\", "\\", True),
        ("a$b", "a$b", True),
        (".*", "", True),
        ("", "x", True),
    ],
)
def test_what_patterns_mean(pattern: str, name: str, found: bool) -> None:
    assert (re.search(safe(pattern), name) is not None) == found


@given(st.text(st.sampled_from("ab.*+?[]^$\\-(){}|é "), max_size=40))
@settings(deadline=None)
def test_every_pattern_is_refused_or_quick(pattern: str) -> None:
    try:
        compiled = re.compile(safe(pattern))
    except InvalidInput:
        return
    started = time.perf_counter()
    compiled.search("a" * 255)
    assert time.perf_counter() - started < 2
