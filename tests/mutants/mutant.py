"""What a mutant is: one weakness, brought back by one small edit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """`old` stands exactly once in the file; `tests` are pytest's arguments.

    At least one of the tests must fail once `new` stands there instead.
    """

    weakness: str
    words: str
    path: str
    old: str
    new: str
    tests: tuple[str, ...]
