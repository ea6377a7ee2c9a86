"""Which file system a path lies on; a state on a network is refused, since neither its locks nor its syncs can be trusted.

Linux tells in ``/proc/self/mountinfo``. Where nothing tells, nothing is refused.
"""

from __future__ import annotations

from pathlib import Path

from sendmode_sync.errors import StateError

MOUNTS = Path("/proc/self/mountinfo")
_NETWORKS = frozenset(
    {
        *(
            "afs",
            "ceph",
            "cifs",
            "coda",
            "fuse.ceph",
            "fuse.glusterfs",
            "fuse.gcsfuse",
            "fuse.rclone",
            "fuse.s3fs",
        ),
        *("fuse.sshfs", "fuse.davfs", "davfs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"),
    }
)


def refuse_network(path: Path, mounts: Path = MOUNTS) -> None:
    """Raise ``StateError`` where a path lies on a file system of a network."""
    try:
        text = mounts.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return
    kind = file_system(path.resolve(), text)
    if kind in _NETWORKS:
        raise StateError(
            f"{path}: lies on a network file system ({kind}), whose locks cannot be trusted",
            remedy="keep the state on this machine's own disk",
        )


def file_system(path: Path, mountinfo: str) -> str:
    r"""Return the type of the file system that an absolute path lies on, by Linux's list of mounts; "" where none fits.

    A line is ``36 35 98:0 /root /mount/point options [optional ...] - type source options`` with blanks as ``\040``; of
    several mounts on one place the last one counts.
    """
    whole, best, kind = f"{path}/", 0, ""
    for line in mountinfo.splitlines():
        before, _, after = line.partition(" - ")
        parts = before.split()
        if len(parts) < 5 or not after:
            continue
        point = parts[4].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\").rstrip("/") + "/"
        if whole.startswith(point) and len(point) >= best:
            best, kind = len(point), after.split()[0]
    return kind
