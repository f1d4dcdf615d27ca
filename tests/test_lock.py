"""The lock files have what the requirements name, in those versions, with hashes."""

import re

import pytest

from crysformer.paths import ROOT

PIN = re.compile(r"^([\w.-]+)==([^\s;\\]+)", re.M)


def pins(file):
    """Versions of each package of a file, by its name as pip writes it."""
    found = {}
    for name, version in PIN.findall((ROOT / file).read_text("utf-8")):
        found.setdefault(re.sub(r"[-_.]+", "-", name).lower(), set()).add(version)
    return found


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_what_is_required_is_locked(name):
    locked = pins(f"{name}.lock")
    for package, versions in pins(f"{name}.txt").items():
        assert locked[package] == versions, f"{package}: run make lock"


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_everything_locked_has_hashes(name):
    text = (ROOT / f"{name}.lock").read_text("utf-8")
    for block in re.split(r"\n(?=\w)", text.strip()):
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", block), block
    assert len(pins(f"{name}.lock")) > 100
    assert not [package for package in pins(f"{name}.lock") if "nvidia" in package]
