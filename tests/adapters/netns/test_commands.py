"""Programs of gateway hosts: what they print comes back, and nothing waits for ever."""

import pytest

from cyclades.adapters.netns import commands
from cyclades.adapters.netns.commands import Commands
from cyclades.ports.router_driver import RouterTrouble


def test_what_it_prints_comes_back() -> None:
    assert Commands().run("cat", stdin="some words") == "some words"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("ls", "/no/such/place"), "^ls /no/such/place: .*No such file"),
        (("no-such-program",), "^no-such-program: No such file"),
        (("sleep", "9"), "^sleep 9: not done in 0.2 s$"),
    ],
)
def test_what_goes_wrong_is_trouble(command: tuple[str, ...], said: str) -> None:
    with pytest.raises(RouterTrouble, match=said):
        Commands(seconds=0.2).run(*command)


def test_there_is_an_end_to_what_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MOST_READ", 9)
    assert Commands().run("printf", "123456789") == "123456789"
    with pytest.raises(RouterTrouble, match="more than 9 bytes to read"):
        Commands().run("printf", "1234567890")


def test_trouble_in_a_batch_names_the_line() -> None:
    lines = ["link show dev lo", "link show dev nothing-of-it", "link show dev lo"]
    with pytest.raises(RouterTrouble, match=r"^ip link show dev nothing-of-it: "):
        Commands().batch(lines)
