r"""Patterns that users send to look for names, made safe for the database.

OpenStack takes regular expressions. We take their everyday part: literals, `.`, sets in
brackets, `*`, `+`, `?`, `^`, `$` and `\\`; everything else stands for itself. Without
groups, and with few repetitions, no name takes long to look at.
"""

import re
from typing import Any

from sqlalchemy import ColumnElement

from cyclades.domain.model.errors import InvalidInput

MOST_REPEATS = 3
TOKEN = re.compile(r"\\(.)|\[(\^?)([^\[\]\\]+)\]|(.)", re.DOTALL)
CLASSES = {"d": "[0-9]", "w": "[A-Za-z0-9_]", "s": "[ ]"}
EDGES = re.compile(r"^\^?(?:\.\*)+|(?<!\\)(?:\.\*)+\$?$")


def matches(column: ColumnElement[Any], pattern: str) -> ColumnElement[bool]:
    """Whether the pattern is found somewhere in the text, in either case."""
    return column.regexp_match(f"(?i){safe(pattern)}")


def safe(pattern: str) -> str:
    """The pattern in the words that PostgreSQL and Python share. Raises InvalidInput."""
    # "Anything" at an end says nothing: the pattern is looked for anywhere.
    pattern = EDGES.sub("", pattern)
    out: list[str] = []
    repeats = 0 if pattern.startswith("^") else 1
    repeatable = False
    for match in TOKEN.finditer(pattern):
        char = match[4]
        if char is not None and char in "*+?" and repeatable:
            repeats += char != "?"
            out.append(char)
            repeatable = False
            continue
        anchor = (char == "^" and not out) or (char == "$" and match.end() == len(pattern))
        out.append(char if anchor else atom(match))
        repeatable = not anchor
    if repeats > MOST_REPEATS:
        raise InvalidInput(f"A name pattern may repeat at most {MOST_REPEATS} things.", "name")
    return "".join(out)


def atom(match: re.Match[str]) -> str:
    """One character or set."""
    escaped, negated, inside, char = match.groups()
    if escaped is not None:
        return CLASSES.get(escaped) or literal(escaped)
    if inside is not None:
        return bracket(negated, inside)
    return "." if char == "." else literal(char)


def literal(char: str) -> str:
    """The character itself."""
    return char if char.isalnum() or not char.isascii() else f"\\{char}"


def bracket(negated: str, inside: str) -> str:
    """A set, its ranges in order; one that makes no sense stands for itself."""
    parts = re.findall(r"(.)-(.)|(.)", inside, re.DOTALL)
    if any(first > last for first, last, _ in parts):
        return "".join(literal(char) for char in f"[{negated}{inside}]")
    said = [f"{literal(a)}-{literal(b)}" if a else literal(c) for a, b, c in parts]
    return f"[{negated}{''.join(said)}]"
