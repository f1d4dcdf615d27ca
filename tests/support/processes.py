"""Processes below this one, for tests that end some of them."""

import os
from pathlib import Path


def descendants(of: int | None = None) -> set[int]:
    """Numbers of all processes below one, without it; needs /proc.

    Args:
        of: Number of that process; this one without it.
    """
    top = os.getpid() if of is None else of
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(folder.name)] = int(fields[1])
    below = {top}
    while more := {child for child, parent in parents.items() if parent in below} - below:
        below |= more
    return below - {top}


def title(process: int) -> str:
    """What a process calls itself; empty once it has ended."""
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return ""
    return words.replace(b"\0", b" ").decode(errors="replace").strip()
