"""What a sandbox may not ask of the system: memory that no one counts, and worlds of its own.

Memory is counted by process. A file that lies in memory and belongs to no folder (`memfd_create`),
shared memory of the old kind (`shmget`) and a file system of one's own in memory (`unshare` and
`mount`) would escape that. Keys of the user's session are not in any namespace either.
"""

import errno
import platform
import struct

__all__ = ["denied"]

# name of the machine: its number for seccomp, and those of its system calls
MACHINES = {
    "x86_64": (
        0xC000003E,
        {
            "clone": 56,
            "memfd_create": 319,
            "shmget": 29,
            "msgget": 68,
            "semget": 64,
            "mq_open": 240,
            "unshare": 272,
            "setns": 308,
            "mount": 165,
            "umount2": 166,
            "pivot_root": 155,
            "ptrace": 101,
            "process_vm_readv": 310,
            "process_vm_writev": 311,
            "add_key": 248,
            "request_key": 249,
            "keyctl": 250,
            "perf_event_open": 298,
            "bpf": 321,
            "userfaultfd": 323,
            "sched_setaffinity": 203,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "clone": 220,
            "memfd_create": 279,
            "shmget": 194,
            "msgget": 186,
            "semget": 190,
            "mq_open": 180,
            "unshare": 97,
            "setns": 268,
            "mount": 40,
            "umount2": 39,
            "pivot_root": 41,
            "ptrace": 117,
            "process_vm_readv": 270,
            "process_vm_writev": 271,
            "add_key": 217,
            "request_key": 218,
            "keyctl": 219,
            "perf_event_open": 241,
            "bpf": 280,
            "userfaultfd": 282,
            "sched_setaffinity": 122,
        },
    ),
}
# alike on both: io_uring, open_tree to fspick, pidfd_getfd, mount_setattr, memfd_secret
NEWER = (*range(425, 434), 438, 442, 447)
CLONE3 = 435
NAMESPACES = 0x7E020000  # flags of clone that make one
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, MACHINE, FIRST = 0, 4, 16  # where they stand in what the filter sees
ALLOW, KILL, FAIL = 0x7FFF0000, 0x80000000, 0x00050000


def denied(machine=None):
    """Return the filter that bubblewrap is given.

    What is denied fails with EPERM, as it does where the system is old; nothing is killed for it.

    Parameters
    ----------
    machine : str, optional
        Kind of processor; default: this one's.

    Returns
    -------
    bytes
        A program of seccomp; none for a processor that is not known.
    """
    if (machine or platform.machine()) not in MACHINES:
        return b""
    number, calls = MACHINES[machine or platform.machine()]
    lines = [(LOAD, 0, 0, MACHINE), (EQUAL, 1, 0, number), (RETURN, 0, 0, KILL)]
    lines += [(LOAD, 0, 0, NUMBER)]
    lines += [(AT_LEAST, 0, 1, 0x40000000), (RETURN, 0, 0, FAIL | errno.ENOSYS)]  # x32
    for call in [*(n for name, n in calls.items() if name != "clone"), *NEWER]:
        lines += [(EQUAL, 0, 1, call), (RETURN, 0, 0, FAIL | errno.EPERM)]
    # of clone3 the flags cannot be seen; where it is missing, clone is called instead
    lines += [(EQUAL, 0, 1, CLONE3), (RETURN, 0, 0, FAIL | errno.ENOSYS)]
    lines += [(EQUAL, 0, 3, calls["clone"]), (LOAD, 0, 0, FIRST)]
    lines += [(ANY_BIT, 0, 1, NAMESPACES), (RETURN, 0, 0, FAIL | errno.EPERM)]
    lines += [(RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
