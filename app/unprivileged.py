"""Run a program as an ordinary account when this process is root: PostgreSQL refuses to run as root.

Run as a script, by root only::

    python -I unprivileged.py UID GID COUNT PATH… PROGRAM [ARGUMENT…]

It becomes the account, makes sure that the account reaches each of the COUNT paths (folders it must enter, programs it must run), then
becomes the program, under the same process id. Where a parent folder is closed to the account (a home of mode 0700), it
keeps the smallest capability that opens it, instead of widening the mode of folders that are not ours:
``CAP_DAC_READ_SEARCH`` (enter and read), else ``CAP_DAC_OVERRIDE``. Ends with 126 when neither is to be had.
See capabilities(7), "Ambient" and "Effect of user ID changes on capabilities"; Linux only.
"""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

UNREACHABLE = 126
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
PR_SET_KEEPCAPS, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 8, 38, 47, 2
LINUX_CAPABILITY_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def command(uid: int, gid: int, reach: list[str], program: list[str]) -> list[str]:
    """The command line that runs ``program`` as the account, which must reach each path."""
    return [sys.executable, "-I", __file__, str(uid), str(gid), str(len(reach)), *reach, *program]


def become(uid: int, gid: int, *, keep: bool) -> None:
    """Become the account for good; with ``keep``, the capabilities permitted to root stay permitted for a while."""
    libc = ctypes.CDLL(None, use_errno=True)
    if keep:
        libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def hold_only(capability: int | None) -> bool:
    """Give up every capability but this one, which programs run from here inherit; False when it is not to be had."""
    libc = ctypes.CDLL(None, use_errno=True)
    mask = 0 if capability is None else 1 << capability
    data = (_Data * 2)()
    data[0].effective = data[0].permitted = data[0].inheritable = mask
    if libc.capset(ctypes.byref(_Header(LINUX_CAPABILITY_VERSION_3, 0)), data) != 0:
        return False
    return capability is None or libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) == 0


def reaches(paths: list[str]) -> bool:
    """Whether this process may list each folder and run each program."""
    try:
        for path in paths:
            if Path(path).is_dir():
                next(Path(path).iterdir(), None)
            else:
                subprocess.run([path, "--version"], check=True, capture_output=True, cwd="/")  # noqa: S603 (our own paths, no shell) (a program of ours, no shell)
    except (OSError, subprocess.CalledProcessError):
        return False
    return True


def attempt(uid: int, gid: int, paths: list[str], capability: int | None) -> bool:
    """In a child process, so that each attempt starts from root: whether the account reaches the paths this way."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    code = 1
    try:
        become(uid, gid, keep=capability is not None)
        if capability is None or hold_only(capability):
            code = 0 if reaches(paths) else 1
    finally:
        os._exit(code)


def main(arguments: list[str]) -> int:
    """Returns only when it fails: the exit code."""
    uid, gid, count = (int(argument) for argument in arguments[:3])
    paths, program = arguments[3 : 3 + count], arguments[3 + count :]
    ways: list[int | None] = [None]
    if sys.platform == "linux":
        ways += [CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE]
    for capability in ways:
        if attempt(uid, gid, paths, capability):
            break
    else:
        sys.stderr.write(f"account {uid} cannot reach {', '.join(paths)}\n")
        return UNREACHABLE
    os.chdir("/")
    become(uid, gid, keep=capability is not None)
    if capability is not None and not hold_only(capability):
        return UNREACHABLE
    if sys.platform == "linux":
        # no set-user-ID program gives any of it back
        ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return os.execv(program[0], program)  # noqa: S606 (the whole point: no shell, same process)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
