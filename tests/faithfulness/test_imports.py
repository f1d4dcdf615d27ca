"""What others reach through the package is there from the first."""

import re
import subprocess
import sys

import pytest

from crysformer.paths import ROOT

_USED = sorted(
    {
        name
        for path in (ROOT / "crysformer/ui").rglob("*.py")
        for name in re.findall(r"\bfaithfulness\.([a-z]+)\.", path.read_text("utf-8"))
        if f"from crysformer.faithfulness.{name}" not in path.read_text("utf-8")
    }
)


@pytest.mark.parametrize("name", _USED)
def test_a_module_is_reached_in_a_fresh_process(name):
    """In this process another test may have imported it already."""
    code = f"from crysformer import faithfulness; faithfulness.{name}"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
