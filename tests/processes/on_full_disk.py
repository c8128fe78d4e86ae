"""``calconnect-tui`` on a disk that is as good as full: ``python on_full_disk.py BYTES CALL …``.

No file may grow beyond so many bytes, whoever's it is; the system refuses what would, as it does on a full disk.
"""

from __future__ import annotations

import resource
import sys

from tui.cli import main

if __name__ == "__main__":
    size = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    sys.exit(main(sys.argv[2:]))
