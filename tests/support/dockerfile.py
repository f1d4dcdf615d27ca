"""A Dockerfile as its instructions, and what of a folder a build would see."""

import json
import re
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path


@dataclass(frozen=True)
class Instruction:
    """One instruction.

    Attributes:
        name: In upper case.
        text: What follows, on one line.
    """

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """The words, from their JSON form where they have it."""
        if self.text.startswith("["):
            return json.loads(self.text)
        return self.text.split()


def stages(path: Path) -> list[list[Instruction]]:
    """The instructions of a Dockerfile, stage by stage; each begins with FROM."""
    lines = [
        line
        for line in path.read_text().splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    text = re.sub(r"\\\n\s*", "", "\n".join(lines))
    found: list[list[Instruction]] = []
    for line in text.splitlines():
        name, _, rest = line.partition(" ")
        if name.upper() == "FROM":
            found.append([])
        found[-1].append(Instruction(name.upper(), rest.strip()))
    return found


def context(root: Path) -> list[Path]:
    """Files that a build sees by ``.dockerignore``, relative to the root.

    Of its patterns, those used here: ``*``, ``!name`` at the top, and ``**/name``.
    """
    patterns = [
        line
        for line in (root / ".dockerignore").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    kept = []
    tops = [
        item
        for item in root.iterdir()
        if not _ignored(item.name, [p for p in patterns if not p.startswith("**/")])
    ]
    below = [p.removeprefix("**/") for p in patterns if p.startswith("**/")]
    for top in tops:
        for file in [top] if top.is_file() else top.rglob("*"):
            inside = file.relative_to(root)
            if file.is_file() and not set(inside.parts) & set(below):
                kept.append(inside)
    return sorted(kept)


def _ignored(name: str, patterns: list[str]) -> bool:
    """The last pattern that fits decides."""
    ignored = False
    for pattern in patterns:
        if fnmatch(name, pattern.removeprefix("!")):
            ignored = not pattern.startswith("!")
    return ignored
