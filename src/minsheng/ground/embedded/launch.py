"""Start one program as an unprivileged user that dies with its parent (标准库启动器).

Run as a script with nothing but the standard library: ``python -I -S launch.py PARENT ACCOUNT SIGNAL
PROGRAM ARG…``. PostgreSQL refuses to run as root, so ACCOUNT says what becomes of a root caller:
``namespace`` maps root to user 1000 in a user namespace of its own (files stay root's, every capability
is dropped at exec), a number is a user id to become, ``self`` changes nothing. SIGNAL is sent by the
kernel when the parent dies (Linux: prctl(2), PR_SET_PDEATHSIG). A script and not a ``preexec_fn``, since
Python code between fork and exec may deadlock a parent that has threads.
"""

from __future__ import annotations

import ctypes
import os
import sys

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
NAMESPACE_USER = 1000


def enter_user_namespace() -> None:
    """Map the caller to an ordinary user in a new user namespace (user_namespaces(7)); OSError if refused."""
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWUSER)")
    for name, line in (
        ("setgroups", "deny"),
        ("uid_map", f"{NAMESPACE_USER} {uid} 1"),
        ("gid_map", f"{NAMESPACE_USER} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(line)


def become(account: str) -> None:
    """Take on the account: ``self``, ``namespace`` or a user id with its primary group."""
    if account == "namespace":
        try:
            enter_user_namespace()
        except OSError as error:
            raise SystemExit(
                f"This machine lets root make no user namespace ({error}), and PostgreSQL does not run as "
                "root. Run as an ordinary user, or hand the folder pg in the data directory to the user "
                "nobody (chown -R)."
            ) from error
    elif account != "self":
        import pwd

        uid = int(account)
        os.setgroups([])
        os.setgid(pwd.getpwuid(uid).pw_gid)
        os.setuid(uid)


def die_with_parent(parent: int, signal_number: int) -> None:
    """Ask the kernel for a signal at the parent's death; leave at once if it is already dead."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit("The process that started this one is gone.")


def main(argv: list[str]) -> None:
    """Become the account, tie the life to the parent's, run the program."""
    parent, account, signal_number, program = int(argv[0]), argv[1], int(argv[2]), argv[3:]
    become(account)
    die_with_parent(parent, signal_number)
    os.execv(program[0], program)


if __name__ == "__main__":
    main(sys.argv[1:])
