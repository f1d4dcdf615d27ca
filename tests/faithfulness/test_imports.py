"""What others reach through the package is there from the first."""

import re
import subprocess
import sys

from crysformer.paths import ROOT

_USED = sorted(
    {
        name
        for path in (ROOT / "crysformer/ui").rglob("*.py")
        for name in re.findall(r"\bfaithfulness\.([a-z]+)\.", path.read_text("utf-8"))
        if f"from crysformer.faithfulness.{name}" not in path.read_text("utf-8")
    }
)


# A copy of a process that has imported torch, which takes the time, and nothing of ours.
_EACH_ALONE = """
import os, sys
import torch
assert not [name for name in sys.modules if name.startswith("crysformer")]
for name in sys.argv[1:]:
    copy = os.fork()
    if not copy:
        from crysformer import faithfulness
        getattr(faithfulness, name)
        os._exit(0)
    if os.waitpid(copy, 0)[1]:
        sys.exit(f"{name} is not there")
"""


def test_every_module_is_reached_in_a_fresh_process():
    """In this process another test may have imported it already."""
    assert _USED
    words = [sys.executable, "-c", _EACH_ALONE, *_USED]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
