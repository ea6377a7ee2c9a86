"""A state on a file system of a network is refused; the list of mounts is read as Linux writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sendmode_sync.errors import StateError
from sendmode_sync.store.mounts import MOUNTS, file_system, refuse_network

INFO = r"""
22 1 259:2 / / rw,relatime shared:1 - ext4 /dev/root rw
40 22 0:35 / /srv/team rw,relatime shared:20 master:3 - nfs4 server:/export rw,vers=4.2
41 40 0:36 / /srv/team/local rw - xfs /dev/sdb rw
42 22 0:37 / /mnt/my\040share rw - cifs //server/share rw
43 22 0:38 / /over rw - nfs server:/old rw
44 22 0:39 / /over rw - tmpfs tmpfs rw
a line that means nothing
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/me/.sendmode/sendmode.db", "ext4"),
        ("/srv/team/.sendmode/sendmode.db", "nfs4"),
        ("/srv/teamwork/sendmode.db", "ext4"),
        ("/srv/team/local/sendmode.db", "xfs"),
        ("/mnt/my share/sendmode.db", "cifs"),
        ("/over/sendmode.db", "tmpfs"),
    ],
)
def test_the_file_system_of_a_path(path: str, kind: str) -> None:
    assert file_system(Path(path), INFO) == kind


def test_nothing_is_told_by_an_empty_list() -> None:
    assert not file_system(Path("/home"), "")


def test_a_network_is_refused_by_name(tmp_path: Path) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"1 0 0:1 / {tmp_path} rw - nfs4 server:/x rw\n")
    with pytest.raises(StateError, match=r"network file system \(nfs4\).*own disk"):
        refuse_network(tmp_path / "sendmode.db", mounts)


def test_where_nothing_tells_nothing_is_refused(tmp_path: Path) -> None:
    refuse_network(tmp_path / "sendmode.db", tmp_path / "missing")


@pytest.mark.skipif(not MOUNTS.exists(), reason="this system has no list of mounts")
def test_this_machine_has_a_file_system_for_everything(tmp_path: Path) -> None:
    assert file_system(tmp_path.resolve(), MOUNTS.read_text())
