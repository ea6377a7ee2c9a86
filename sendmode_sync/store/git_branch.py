"""One branch of a git remote, moved by compare-and-swap: every commit is an orphan that replaces the one that was read.

It works in a bare scratch repository in a private temporary directory, and knows nothing of locks and runs. An orphan
shares no history with the commit before, and git would push all of it again; so the scratch repository calls what it
read last the edge of a shallow clone, which git then takes objects as known from, and as what to write differences to.

A second branch, the mark, is moved by the same push, all or nothing. Somebody who puts an older commit back on the branch
leaves the mark where it was, and so the commit that was newest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sendmode_sync.errors import StateError, StateMissingError
from sendmode_sync.store import git_format, git_seal, requests
from sendmode_sync.store.git_format import Header
from sendmode_sync.store.git_program import REMOTE_SECONDS, Answer, Git, borrowed
from sendmode_sync.store.git_scratch import Scratch
from sendmode_sync.store.git_seal import Seal
from sendmode_sync.store.requests import Request

_LOOK_SECONDS = 15.0
_SEEN = "refs/state/seen"
_NEXT = "refs/state/next"
_MARKS = "refs/state/mark/"
_NEWEST = "newest"
_REMOTE = "state"  # its URL may hold a password, and arguments are seen by others
_THROWN_AWAY = (("core.fsync", "none"), ("gc.auto", "0"), ("maintenance.auto", "false"))
_AUTHOR = "sendmode-sync <sendmode-sync@localhost> now"


class Place(NamedTuple):
    """Where the branch is: a URL, path or name of a remote, and the repository whose configuration reaches it."""

    remote: str | None
    branch: str
    home: Path


class Snapshot(NamedTuple):
    """One commit of the branch as it was read. ``database`` is opened, ``inbox`` holds name and request in order.

    ``database`` is empty where only the rest was asked for. ``mark`` is the commit at which the mark is, where the remote
    has one, and ``height`` its serial; 0 where it says nothing of this lineage.
    """

    head: str
    header: Header
    seal: Seal
    database: bytes
    inbox: tuple[tuple[str, Request], ...]
    mark: str | None = None
    height: int = 0


class Moved(NamedTuple):
    """The branch is now at this commit, which is ours; so is the mark where ``marked``."""

    head: str
    marked: bool


class Lost(NamedTuple):
    """Somebody else moved the branch first: nothing of ours is on it."""


class GitBranch:
    """Reads and moves the branch. ``mine`` are the commits that this process tried to put there."""

    def __init__(self, place: Place, secret: str | None) -> None:
        """Make the scratch repository; the remote is not asked yet."""
        self.name = place.branch
        self.mine: set[str] = set()
        self._ref = f"refs/heads/{place.branch}"
        self._marks = f"refs/heads/{place.branch}-mark/"
        self._mark = f"{self._marks}{_NEWEST}"
        self._markable = True
        self._secret = secret
        self.remote = resolved(place)
        self._folder = Scratch()
        self._scratch = self._folder.path
        self._git = Git(self._scratch, (*borrowed(place.home), *_THROWN_AWAY, (f"remote.{_REMOTE}.url", self.remote)))
        self._git.do("init", "--quiet", "--bare", "--template=", ".")

    def close(self) -> None:
        """Remove what lies on this machine's disk; further calls do nothing."""
        self._folder.close()

    def seal(self, lineage: str) -> Seal:
        """Return what seals a new state."""
        return git_seal.fitting(self._secret, lineage)

    @property
    def sealing(self) -> bool:
        """Whether there is a key to seal with."""
        return self._secret is not None

    def head(self) -> str | None:
        """Ask the remote where the branch is; None where there is none."""
        answer = self._git.ask("ls-remote", "--refs", _REMOTE, self._ref, seconds=_LOOK_SECONDS)
        if answer.code:
            raise self._unreachable(answer.said)
        found = answer.written.decode(errors="replace").split()
        return found[0] if found else None

    def read(self, *, whole: bool = True) -> Snapshot:
        """Fetch the newest commit and open it, or its header and requests alone; ``StateMissingError`` without a branch."""
        answer = self._git.ask(
            *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--force", "--prune", _REMOTE),
            *(f"+{self._ref}:{_SEEN}", f"+{self._marks}*:{_MARKS}*"),
            seconds=REMOTE_SECONDS,
        )
        if answer.code:
            if self.head() is None:
                raise StateMissingError(f"there is no branch {self.name} at the git remote")
            raise self._unreachable(answer.said)
        head, mark = self._seen()
        self._edge(head)
        files = self._files(head, () if whole else (git_format.HEADER, git_format.INBOX))
        header, seal = git_format.read_header(files.get(git_format.HEADER, b""), self._secret)
        asked = git_format.requests(header, files, seal)
        inbox = tuple((name, requests.read(text)) for name, text in asked)
        database = git_format.joined(header, files, seal) if whole else b""
        return Snapshot(head, header, seal, database, inbox, mark, self._height(head, header, mark))

    def move(self, base: Snapshot | None, header: Header, changed: Mapping[str, bytes | None]) -> Moved | Lost:
        """Put a commit in the place of ``base``: its tree with some files changed, or gone where None.

        The mark goes with it unless that would lower it, or the remote has none and will not have one. ``StateError`` where the
        branch is where it was and the remote will not have ours, or cannot be reached.
        """
        seal = self.seal(header.lineage) if base is None else base.seal
        files = {**changed, git_format.HEADER: git_format.write_header(header, seal)}
        commit = self._commit(None if base is None else base.head, files, f"state {header.serial}")
        self.mine.add(commit)
        expected = "" if base is None else base.head
        leases, refs = self._marking(base, header, commit)
        answer = self._git.ask(
            *("push", "--quiet", "--porcelain", "--no-verify", f"--force-with-lease={self._ref}:{expected}", *leases),
            *(_REMOTE, f"{commit}:{self._ref}", *refs),
            seconds=REMOTE_SECONDS,
        )
        if answer.code:
            now = self.head()  # the answer may have been lost, and the push not
            if now == expected or (now is None and not expected):
                if refs and (base is None or base.mark is None) and _takes_no_mark(answer, self._mark):
                    self._markable = False
                    return self.move(base, header, changed)
                raise StateError(f"the git remote did not take the state: {_refusal(answer.written) or answer.said}")
            if now != commit:
                return Lost()
        self._edge(commit)
        return Moved(commit, marked=bool(refs))

    def _marking(self, base: Snapshot | None, header: Header, commit: str) -> tuple[Sequence[str], Sequence[str]]:
        """Return what moves the mark with the branch: options and refs of a push."""
        mark = self._mark
        if base is None and self._markable:
            return ("--atomic",), (f"+{commit}:{mark}",)
        if base is None or header.serial < base.height or not (self._markable or base.mark):
            return (), ()
        return ("--atomic", f"--force-with-lease={mark}:{base.mark or ''}"), (f"{commit}:{mark}",)

    def _seen(self) -> tuple[str, str | None]:
        """Return the commits of branch and mark that were fetched."""
        words = self._git.do("for-each-ref", "--format=%(refname) %(objectname)", _SEEN, _MARKS).decode().split()
        commits = dict(zip(words[::2], words[1::2], strict=True))
        return commits[_SEEN], commits.get(f"{_MARKS}{_NEWEST}")

    def _height(self, head: str, header: Header, mark: str | None) -> int:
        """Return how far the mark says that this lineage has come."""
        if mark is None or mark == head:
            return 0 if mark is None else header.serial
        files = self._files(mark, (git_format.HEADER,))
        newest, _ = git_format.read_header(files.get(git_format.HEADER, b""), self._secret)
        return newest.serial if newest.lineage == header.lineage else 0

    def _commit(self, base: str | None, files: Mapping[str, bytes | None], message: str) -> str:
        """Write one orphan commit and return its name."""
        said = message.encode()
        parts = [
            f"reset {_NEXT}\ncommit {_NEXT}\nmark :1\ncommitter {_AUTHOR}\ndata {len(said)}\n".encode() + said + b"\n"
        ]
        if base is not None:
            tree = self._git.do("rev-parse", f"{base}^{{tree}}").decode().strip()
            parts.append(f'M 040000 {tree} ""\n'.encode())
        for path, content in files.items():
            if content is None:
                parts.append(f"D {path}\n".encode())
            else:
                parts.append(f"M 100644 inline {path}\ndata {len(content)}\n".encode() + content + b"\n")
        parts.append(b"get-mark :1\ndone\n")
        words = ("fast-import", "--quiet", "--force", "--done", "--date-format=now")
        return self._git.do(*words, given=b"".join(parts)).decode().strip()

    def _files(self, commit: str, below: Sequence[str]) -> dict[str, bytes]:
        """Return every file of a commit by its path, or those below some paths."""
        listed = self._git.do("ls-tree", "-r", "-z", commit, "--", *below).decode()
        pairs = [entry.split("\t", 1) for entry in listed.split("\0") if entry]
        given = "".join(f"{described.split()[2]}\n" for described, _ in pairs).encode()
        contents = _batch(self._git.do("cat-file", "--batch", given=given))
        return {path: content for (_, path), content in zip(pairs, contents, strict=True)}

    def _edge(self, commit: str) -> None:
        """Call a commit the edge of what is here."""
        self._scratch.joinpath("shallow").write_text(f"{commit}\n", encoding="ascii")

    def _unreachable(self, said: str) -> StateError:
        return StateError(
            f"the git remote of the state did not answer: {said}",
            remedy=f"look at what `git ls-remote` says of it, with the branch {self.name}",
        )


def resolved(place: Place) -> str:
    """Return the URL or absolute path of a remote; ``StateError`` where the project has none of its own."""
    git = Git(place.home)
    names = git.ask("remote").written.decode(errors="replace").split()
    if place.remote is not None and place.remote not in names:
        return _absolute(place.remote, place.home)
    name = place.remote or ("origin" if "origin" in names or len(names) != 1 else names[0])
    answer = git.ask("remote", "get-url", "--push", name)
    if answer.code:
        raise StateError(
            f"the project has no git remote {name} to keep its state at",
            remedy="add one, or name it: git+REMOTE#BRANCH",
        )
    top = Path(git.do("rev-parse", "--show-toplevel").decode().strip())
    return _absolute(answer.written.decode(errors="replace").strip(), top)


def _absolute(remote: str, beside: Path) -> str:
    """Return a path as an absolute one; a URL as it is."""
    path = beside / remote
    return str(path.resolve()) if "://" not in remote and path.exists() else remote


def _batch(written: bytes) -> Sequence[bytes]:
    """Cut what ``cat-file --batch`` wrote into contents."""
    contents = []
    at = 0
    while at < len(written):
        end = written.index(b"\n", at)
        size = int(written[at:end].split()[2])
        contents.append(written[end + 1 : end + 1 + size])
        at = end + 1 + size + 1
    return contents


def _takes_no_mark(answer: Answer, mark: str) -> bool:
    """Say whether the mark is what a remote refused: it knows no push of two branches, or will not have this second one.

    Any other failure may pass, and a state that goes on without its mark would not notice an older copy.
    """
    if "does not support --atomic" in answer.said or f"cannot create '{mark}'" in answer.said:
        return True
    refused = (why for ref, why in _refused(answer.written) if ref.endswith(f":{mark}"))
    return any("[remote rejected]" in why and "atomic" not in why for why in refused)


def _refusal(porcelain: bytes) -> str:
    """Return why a remote refused."""
    return " ".join(why for _, why in _refused(porcelain))


def _refused(porcelain: bytes) -> list[tuple[str, str]]:
    """Return each ref that a remote refused, and why, out of what ``push --porcelain`` says they came to."""
    lines = (line.split("\t") for line in porcelain.decode(errors="replace").splitlines() if line.startswith("!"))
    return [(words[1], words[-1]) for words in lines]
