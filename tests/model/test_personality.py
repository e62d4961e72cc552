"""Files for new servers, and what is refused."""

import base64

import pytest

from cyclades.domain.model.errors import Forbidden, InvalidInput
from cyclades.domain.model.personality import MOST_FILE_BYTES, personality

TEXT = "aGVsbG8="


@pytest.mark.parametrize(
    "path",
    [
        "/etc/motd",
        "/root/.ssh/authorized_keys",
        "/a",
        "/a b/ü",
        "/procs/x",
        "/..x",
        "/" + "p" * 254,
    ],
)
def test_files_go_where_disks_are(path: str) -> None:
    assert personality([(path, TEXT)]) == ((path, TEXT),)


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "//", "//etc/x", "etc/motd", "./x", "../x", "~/x"),
        *("/etc/../x", "/..", "/etc/..", "/etc/./x", "/etc//x", "/etc/", "/.", "/a/../../x"),
        *("/proc/1/mem", "/proc", "/sys/x", "/dev/sda", "/dev"),
        *("/a\0b", "/a\nb", "/a\x7f", "/a\u202eb", "/\ud800"),
        *("/" + "p" * 255, "/" + "ü" * 128),
    ],
)
def test_no_path_leads_elsewhere(path: str) -> None:
    with pytest.raises(InvalidInput):
        personality([("/ok", TEXT), (path, TEXT)])


@pytest.mark.parametrize("contents", ["a", "aGVsbG8", "aGVs bG8=", "aGVsbG8=\n", "ü", "-_==", "="])
def test_contents_are_base64_to_the_letter(contents: str) -> None:
    with pytest.raises(InvalidInput):
        personality([("/x", contents)])


def test_what_counts_is_what_is_written() -> None:
    most = base64.b64encode(bytes(MOST_FILE_BYTES)).decode()
    assert personality([("/x", most)])
    for files in (
        [("/x", base64.b64encode(bytes(MOST_FILE_BYTES + 1)).decode())],
        [(f"/{number}", "") for number in range(6)],
    ):
        with pytest.raises(Forbidden):
            personality(files)
    with pytest.raises(InvalidInput):
        personality([("/x", TEXT), ("/x", "")])
