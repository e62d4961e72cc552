"""The host's programs: lists of words, never a shell, with a limit to their time and output."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO, Final

from cyclades.ports.router_driver import RouterTrouble

ENVIRONMENT: Final = {
    "LC_ALL": "C",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
}
MOST_READ: Final = 64 * 2**20  # a few hundred thousand connections
MOST_SAID: Final = 500
BATCH_LINE: Final = re.compile(r"Command failed -:(\d+)")


@dataclass(frozen=True, slots=True)
class Commands:
    """Runs programs. `seconds` is how long one may take."""

    seconds: float = 20

    def run(self, *command: str, stdin: str = "") -> str:
        """What the program printed. Raises RouterTrouble with what it complained of."""
        with TemporaryFile() as said, TemporaryFile() as complaint:
            status = self._finish(command, stdin, said, complaint)
            if status:
                words = f"{' '.join(command)}: {_text(complaint, MOST_SAID).strip()}"
                raise RouterTrouble(words or f"exit {status}")
            text = _text(said, MOST_READ + 1)
            if len(text) > MOST_READ:
                raise RouterTrouble(f"{' '.join(command)}: more than {MOST_READ} bytes to read")
            return text

    def batch(self, lines: Sequence[str], *options: str) -> None:
        """Have `ip` do the lines, in one process; nothing runs after a line that fails."""
        if not lines:
            return
        try:
            self.run("ip", *options, "-batch", "-", stdin="\n".join(lines) + "\n")
        except RouterTrouble as trouble:
            found = BATCH_LINE.search(str(trouble))
            which = lines[int(found[1]) - 1] if found else lines[0]
            raise RouterTrouble(f"ip {which}: {trouble}") from trouble

    def _finish(
        self, command: Sequence[str], stdin: str, said: IO[bytes], complaint: IO[bytes]
    ) -> int:
        try:
            return subprocess.run(  # noqa: S603 - a fixed program and words of ours, no shell
                command,
                input=stdin.encode(),
                stdout=said,
                stderr=complaint,
                env=ENVIRONMENT,
                timeout=self.seconds,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired as error:
            raise RouterTrouble(f"{' '.join(command)}: not done in {self.seconds} s") from error
        except OSError as error:
            raise RouterTrouble(f"{command[0]}: {error.strerror}") from error


def _text(file: IO[bytes], most: int) -> str:
    file.seek(0)
    return file.read(most).decode(errors="replace")
