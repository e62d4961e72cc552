"""`cyclades-manage deadletters`: hints that nobody could use."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from cyclades.commands import ini
from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.ports.hints import DeadLetter, HintBroker

LONGEST = 60  # characters of a body in the table
TITLES = ("id", "cluster", "reason", "bytes", "body")
which = click.argument("ids", nargs=-1)
all_of_them = click.option("--all", "everything", is_flag=True, help="All there are.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.group()
def deadletters() -> None:
    """Hints from nodes that could not be used, or not be handled ten times."""


@deadletters.command("list")
@as_json
@ini.option
@ini.plainly
def list_letters(path: Path, *, as_json: bool) -> None:
    """What is parked, oldest first; letters that say the same share an id."""
    with broker_of(path) as (broker, names):
        letters = broker.parked()
    if as_json:
        click.echo(json.dumps([facts(letter, names) for letter in letters], indent=2))
        return
    rows = [tuple(map(str, cells(letter, names))) for letter in letters]
    table = [TITLES, *rows]
    widths = [max(len(row[index]) for row in table) for index in range(len(TITLES) - 1)]
    for row in table:
        words = [cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)]
        click.echo("  ".join(words).rstrip())


@deadletters.command()
@click.argument("letter_id")
@as_json
@ini.option
@ini.plainly
def show(letter_id: str, path: Path, *, as_json: bool) -> None:
    """One letter, with all that it says; what cannot be printed is escaped."""
    with broker_of(path) as (broker, names):
        found = [letter for letter in broker.parked() if letter.id == letter_id]
    if not found:
        raise NotFound("dead letter", letter_id)
    told = facts(found[0], names) | {"times": len(found)}
    if as_json:
        click.echo(json.dumps(told, indent=2))
        return
    for title, fact in told.items():
        click.echo(f"{title:>10}  {fact}")


@deadletters.command()
@which
@all_of_them
@ini.option
@ini.plainly
def retry(ids: tuple[str, ...], path: Path, *, everything: bool) -> None:
    """Deliver them once more, as if their clusters had just sent them."""
    count = settle(ids, path, lambda broker: broker.retry, everything=everything)
    click.echo(f"{count} delivered again.")


@deadletters.command()
@which
@all_of_them
@ini.option
@ini.plainly
def drop(ids: tuple[str, ...], path: Path, *, everything: bool) -> None:
    """Throw them away: nothing is lost, for the poller finds what they were about."""
    count = settle(ids, path, lambda broker: broker.drop, everything=everything)
    click.echo(f"{count} dropped.")


def settle(
    ids: Sequence[str],
    path: Path,
    deed: Callable[[HintBroker], Callable[[Sequence[str]], int]],
    *,
    everything: bool,
) -> int:
    """Do it to these, or to all. Raises NotFound for an id that no letter has."""
    if bool(ids) == everything:
        raise InvalidInput("Say which letters by their ids, or --all.")
    with broker_of(path) as (broker, _):
        there = {letter.id for letter in broker.parked()}
        for letter_id in ids:
            if letter_id not in there:
                raise NotFound("dead letter", letter_id)
        return deed(broker)(sorted(there) if everything else ids)


@contextmanager
def broker_of(path: Path) -> Iterator[tuple[HintBroker, Mapping[str, str]]]:
    """The broker, and the clusters' names by their ids."""
    app = ini.application(path)
    try:
        if app.settings.hints == "inprocess":
            raise InvalidInput(f"cyclades.hints is inprocess in {path}: there is no broker to ask.")
        with app.reader() as unit:
            names = {cluster.id: cluster.name for cluster in unit.clusters.list()}
        yield app.hints, names
    finally:
        app.close()


def facts(letter: DeadLetter, names: Mapping[str, str]) -> dict[str, object]:
    """A letter as JSON has it."""
    return {
        "id": letter.id,
        "cluster": names.get(letter.cluster_id, letter.cluster_id),
        "reason": letter.reason,
        "bytes": len(letter.body),
        "body": printable(letter.body),
    }


def cells(letter: DeadLetter, names: Mapping[str, str]) -> Iterator[object]:
    """A letter as a line of the table."""
    *words, body = facts(letter, names).values()
    yield from words
    yield str(body)[:LONGEST]


def printable(body: bytes) -> str:
    """Nothing that a terminal would obey."""
    text = body.decode(errors="backslashreplace")
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
