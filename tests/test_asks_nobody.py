"""Predictions and pages reach for no other machine; for the server see tests/ui/shell."""

import os
import subprocess
import sys

import pytest

from crysformer.library.catalogue import get_crystal
from crysformer.paths import ROOT
from tests.support.alone import alone

PAGES = """
from pathlib import Path
from tests.support.pages import POSCAR, SALT, app, properties, upload

for page in (None, *sorted(Path("pages").glob("*.py"))):
    app(page and str(page), crystal=SALT.id)
    print(page)
test = app()
upload(test, "CsCl.vasp", POSCAR.encode())
assert properties(test)
"""


@pytest.fixture
def run(tmp_path):
    """Run Python without a network, to its end; the list of whom it asked."""

    def python(*words):
        environment, asked = alone(tmp_path, dict(os.environ))
        done = subprocess.run(
            [sys.executable, *map(str, words)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done, asked

    return python


@pytest.mark.parametrize(
    "question",
    [
        "import urllib.request as r; r.urlopen('http://example.org', timeout=1)",
        "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "import subprocess, sys; c = 'import socket; socket.getaddrinfo(\"x.org\", 80)';"
        "subprocess.run([sys.executable, '-c', c], check=True)",
    ],
    ids=["by name", "by number", "in a child"],
)
def test_who_asks_is_found_out(run, question):
    done, asked = run("-c", question)
    assert done.returncode == 1
    assert asked.exists()


@pytest.mark.parametrize("command", ["predict", "attention", "screen"])
def test_a_command_asks_nobody(run, tmp_path, command):
    file = tmp_path / "salt.cif"
    file.write_text(get_crystal("rock-salt-nacl").structure().to(fmt="cif"))
    done, asked = run("-m", "crysformer", command, file, "--device", "cpu")
    assert done.returncode == 0, done.stderr
    assert "Cl" in done.stdout
    assert not asked.exists(), asked.read_text()


def test_no_page_asks_anybody(run):
    done, asked = run("-c", PAGES)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1 + len(list((ROOT / "pages").glob("*.py")))
    assert not asked.exists(), asked.read_text()
