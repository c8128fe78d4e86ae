"""The most memory that this process ever had. Loads nothing, so that an empty program can be asked too."""

import sys


def peak_memory() -> int:
    """The high-water mark of the resident memory in bytes."""
    if sys.platform == "linux":
        # Linux starts ru_maxrss of a new process at its parent's, VmHWM at nothing.
        with open("/proc/self/status", encoding="ascii") as status:  # noqa: PTH123
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
