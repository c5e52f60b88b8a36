"""Becomes the program that it is told to: as an ordinary user if need be, and not outliving who started it.

Run as a script, so that nothing is done between fork and exec in a process with threads. Arguments: the starter's
pid, the signal to get when the starter dies, `uid:gid` or `-` to stay who one is, then the program.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 1, 2
NO_SETUID_FIXUP = 1 << 2

libc = ctypes.CDLL(None, use_errno=True)


def become(uid: int, gid: int) -> None:
    """Give up being root but for reading below folders that are root's own.

    The programs and the data may lie below folders that only root may enter, and these are not to be opened
    to everybody for it. Only looking and reading is kept where the machine allows that much.
    """
    kept = kept_capability()
    # Without this, access(2) leaves capabilities out of account, and PostgreSQL asks it for its own programs.
    demand(libc.prctl(PR_SET_SECUREBITS, NO_SETUID_FIXUP, 0, 0, 0), "set securebits")
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    mask = 1 << kept
    demand(libc.capset(header, (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)), "give up capabilities")
    demand(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, kept, 0, 0), "keep reading")


def kept_capability() -> int:
    """The least of what this process may have that lets it read everywhere."""
    with open("/proc/self/status", encoding="ascii") as status:
        permitted = next(int(line.split()[1], 16) for line in status if line.startswith("CapPrm"))
    return CAP_DAC_READ_SEARCH if permitted & (1 << CAP_DAC_READ_SEARCH) else CAP_DAC_OVERRIDE


def demand(status: int, what: str) -> None:
    """End here if a system call failed: going on would mean running with other rights than meant."""
    if status != 0:
        sys.exit(f"cannot {what} to run as an ordinary user: {os.strerror(ctypes.get_errno())}")


def main() -> None:
    """Become the program."""
    starter, end_signal, user, *program = sys.argv[1:]
    os.setsid()
    if user != "-":
        uid, gid = user.split(":")
        become(int(uid), int(gid))
    # After the change of user, which would clear it.
    libc.prctl(PR_SET_PDEATHSIG, int(end_signal), 0, 0, 0)
    if os.getppid() != int(starter):
        sys.exit("who started this is gone already")
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.execv(program[0], program)  # noqa: S606 - this is what it is for


main()
