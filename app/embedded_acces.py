"""Who may enter the embedded database: the users of this machine that it serves, known by the kernel, and nobody else.

No password is kept: PostgreSQL asks the kernel who is at the other end of the socket (`peer`), and the socket lies in a
directory that only its own user enters.
"""

import hashlib
import os
import pwd
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypedDict

PROPRIETAIRE: Final = "postgres"
SERVICE: Final = "jdma_service"
_CORRESPONDANCE: Final = "jdma"
_SOCKET: Final = ".s.PGSQL.5432"
_SOCKET_MAX: Final = 103
"""Bytes of the path of a socket, at most, everywhere."""


class AccesImpossible(OSError):
    """The database cannot be kept from others here; `strerror` says why, for an operator."""


def account_of(user: str | None = None) -> pwd.struct_passwd:
    """The account that runs PostgreSQL (None: this process's own). Raises AccesImpossible without one."""
    try:
        return pwd.getpwuid(os.geteuid()) if user is None else pwd.getpwnam(user)
    except KeyError:
        raise AccesImpossible(0, f"l'utilisateur {user or os.geteuid()} n'a pas de nom sur cette machine") from None


class Identity(TypedDict, total=False):
    """What subprocess makes a program run as."""

    user: int
    group: int
    extra_groups: list[int]


def identity(user: str | None) -> Identity:
    """That user, its group, and no other group; nothing to change without a user."""
    if user is None:
        return {}
    account = account_of(user)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": [account.pw_gid]}


def write_rules(pgdata: Path, user: str | None) -> bool:
    """Write who may enter, also over what earlier versions left; whether anything changed."""
    account = account_of(user)
    names = sorted({account.pw_name, account_of().pw_name, pwd.getpwuid(0).pw_name})
    quoted = ['"' + name.replace('"', '""') + '"' for name in names]
    maps = [f"{_CORRESPONDANCE} {name} all" for name in quoted]  # whoever is the owner may be any role
    rules = {"pg_hba.conf": f"local all all peer map={_CORRESPONDANCE}\n", "pg_ident.conf": "\n".join(maps) + "\n"}
    return _write(pgdata, rules, account)


def _write(pgdata: Path, files: Mapping[str, str], account: pwd.struct_passwd) -> bool:
    changed = False
    for name, text in files.items():
        path = pgdata / name
        if path.is_file() and not path.is_symlink() and path.read_text(errors="replace") == text:
            continue
        descriptor, draft = tempfile.mkstemp(dir=pgdata)  # a new file: what lies there may be a link to another
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            if os.geteuid() == 0:
                os.fchown(descriptor, account.pw_uid, account.pw_gid)
        Path(draft).replace(path)
        changed = True
    return changed


def socket_directory(pgdata: Path, user: str | None) -> Path:
    """Where the server's socket lies: the data directory or, when its path is too long for a socket, a short one, the
    same each time, which is the server's alone. Raises AccesImpossible.
    """
    if len(os.fsencode(pgdata / _SOCKET)) <= _SOCKET_MAX:
        return pgdata
    account = account_of(user)
    name = hashlib.sha256(os.fsencode(pgdata)).hexdigest()[:16]
    directory = Path("/tmp") / f"jdma-{account.pw_uid}-{name}"  # noqa: S108
    _make_private(directory, account)
    return directory


def _make_private(directory: Path, account: pwd.struct_passwd) -> None:
    try:
        directory.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        os.chown(directory, account.pw_uid, account.pw_gid)
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.pw_uid or found.st_mode & 0o077:
        raise AccesImpossible(0, f"{directory} existe et n'est pas à lui seul : effacez-le, ou donnez un chemin court")


def open_way(path: Path) -> None:
    """Let other users go through the directories above a path, without showing them what is there."""
    for parent in path.parents:
        mode = stat.S_IMODE(parent.stat().st_mode)
        if mode & 0o011 != 0o011:
            parent.chmod(mode | 0o011)
