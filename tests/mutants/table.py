"""The weaknesses of an older design, and which of them can be brought back here."""

from collections.abc import Mapping, Sequence

from tests.mutants import effect_path, network_path, update_path
from tests.mutants.mutant import Mutant

WEAKNESSES: Mapping[str, str] = {
    "E1": "Clusters are asked in the middle of transactions: a crash forgets what they do.",
    "E2": "No limit to how long a cluster is waited for.",
    "E3": "Nobody checks who answers as the cluster.",
    "E4": "A request is several transactions; a crash in between leaves half a server.",
    "E5": "An exchange whose end was lost counts as refused.",
    "E6": "A removal can be carried out before the creation.",
    "E7": "What was asked for twice is done twice; nothing tells that it was done.",
    "E8": "Quota is another book, written before or after the fact.",
    "E9": "The book is right only if every event arrives.",
    "E10": "Addresses are bits in a map; nothing keeps one from having two holders.",
    "E11": "Who loses a race in the database fails.",
    "E12": "What processes remember of a cluster is shared without care.",
    "U1": "An event that nobody heard has never been.",
    "U2": "What is seen now is told as of another time.",
    "U3": "An unforeseen error loses the message without a trace.",
    "U4": "A status is compared with a word that nobody says.",
    "U5": "After a failover old jobs are told once more.",
    "U6": "Messages that the broker never had count as sent.",
    "U7": "Old and new are told apart by clocks of different machines.",
    "U8": "A late report of an older state is taken over.",
    "U9": "Messages are given up while the database is away.",
    "U10": "A size that is no flavor's stops everything about its server.",
    "U11": "Reports are handled with the cluster at the other end of an open transaction.",
    "U12": "Interfaces that nobody knows are passed over.",
    "U13": "An instance whose server is deleted is nobody's business.",
    "U14": "Time that has passed stands in for knowing that nothing has changed.",
    "U15": "A repair is undone by the refusal that follows it; a console is somebody else's.",
    "N1": "Addresses are free while an interface still uses them.",
    "N2": "What fails half way keeps what it took.",
    "N3": "A network is not there when it is needed, or there when nobody does.",
    "N4": "A floating IP leads to two servers.",
    "N5": "Servers on one network are where it does not reach.",
    "N6": "Nothing keeps guests from using others' addresses.",
}
MUTANTS: Sequence[Mutant] = (
    *effect_path.MUTANTS,
    *update_path.MUTANTS,
    *network_path.MUTANTS,
)
NOT_HERE: Mapping[str, str] = {
    "U15": "There are no consoles yet, and no request repairs a server before it is refused.",
}


def as_markdown() -> str:
    """What docs/mutants.md shows."""
    lines = ["| | Weakness | Brought back as | Noticed by |", "|---|---|---|---|"]
    for weakness, words in WEAKNESSES.items():
        lines += [
            f"| {weakness} | {words} | {mutant.words} | {', '.join(map(shown, mutant.tests))} |"
            for mutant in MUTANTS
            if mutant.weakness == weakness
        ]
        if weakness in NOT_HERE:
            lines.append(f"| {weakness} | {words} | not: {NOT_HERE[weakness]} | |")
    return "\n".join(lines)


def shown(test: str) -> str:
    """A test, without its folder."""
    return f"`{test.rpartition('/')[2]}`"
