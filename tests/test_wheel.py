"""The wheel holds all that the commands and the app need, away from the checkout."""

import json
import os
import re
import socket
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from crysformer.library.catalogue import get_crystal
from crysformer.paths import ROOT

pytestmark = pytest.mark.slow

PYTHON = Path(sys.executable).name
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


@pytest.fixture(scope="module")
def outside(tmp_path_factory) -> Path:
    """A folder that is no checkout, to work in."""
    return tmp_path_factory.mktemp("outside")


@pytest.fixture(scope="module")
def programs(tmp_path_factory) -> Path:
    """Programs of an environment with the wheel and what else is installed here."""
    folder = tmp_path_factory.mktemp("wheel")
    fresh = folder / "environment"
    built = [*PIP, "wheel", str(ROOT), "--no-deps", "--no-build-isolation"]
    subprocess.run([*built, "--wheel-dir", str(folder)], check=True)
    venv.create(fresh, with_pip=False, symlinks=os.name != "nt")
    paths = sysconfig.get_paths("venv", {"base": str(fresh), "platbase": str(fresh)})
    python = Path(paths["scripts"]) / PYTHON
    install = [*PIP, "--python", str(python), "install", "--no-deps", "--no-index"]
    subprocess.run([*install, str(next(folder.glob("*.whl")))], check=True)
    # After the environment's own packages, so torch need not be installed again.
    here = sysconfig.get_paths()
    beyond = Path(paths["purelib"]) / "beyond.pth"
    beyond.write_text(f"{here['purelib']}\n{here['platlib']}\n")
    return python.parent


def environment() -> dict[str, str]:
    """Without what would lead back to the checkout."""
    return {
        name: value
        for name, value in os.environ.items()
        if name not in ("PYTHONPATH", "CRYSFORMER_WEIGHTS")
    }


def output(program: Path, *arguments: str, cwd: Path) -> str:
    """What a program prints."""
    done = subprocess.run(
        [program, *arguments],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def bundled(programs, outside) -> Path:
    """Where the installed package has its folders."""
    code = "from crysformer.paths import ROOT; print(ROOT)"
    return Path(output(programs / PYTHON, "-c", code, cwd=outside).strip())


def test_everything_comes_from_the_wheel(programs, bundled):
    assert programs.parent in bundled.parents
    assert ROOT not in bundled.parents
    for name in ("app.py", "pages/5_Model.py", ".streamlit/config.toml"):
        assert (bundled / name).read_bytes() == (ROOT / name).read_bytes()
    missing = files_in(ROOT / "crysformer") - files_in(bundled.parent)
    assert not missing


def files_in(folder: Path) -> set[Path]:
    """Everything under a folder but what Python compiled."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path for path in found if "__pycache__" not in path.parts}


def test_ray_is_an_extra_of_the_wheel(programs, outside):
    code = "from importlib.metadata import requires; print(*requires('crysformer'))"
    found = output(programs / PYTHON, "-c", code, cwd=outside)
    assert re.search(r"ray\[data\]==[\d.]+ ?; extra == .scale", found)


def test_the_command_predicts_a_crystal(programs, outside):
    get_crystal("rock-salt-nacl").structure().to(filename=str(outside / "salt.cif"))
    words = ("predict", "salt.cif", "--json")
    (answer,) = json.loads(output(programs / "crysformer", *words, cwd=outside))
    assert answer["formula"] == "NaCl"
    assert answer["properties"]["optb88vdw_bandgap"]["value"] > 3.0


def test_usage_names_the_command_as_it_was_called(programs, outside):
    usage = output(programs / "crysformer", "--help", cwd=outside)
    assert usage.startswith("usage: crysformer [-h]")
    usage = output(programs / PYTHON, "-m", "crysformer", "--help", cwd=outside)
    assert usage.startswith("usage: python -m crysformer [-h]")


def test_the_app_is_served_with_its_settings(programs, bundled, outside):
    """Static files are served because the project's settings say so, not Streamlit's."""
    probe = bundled / "static" / "probe.txt"
    probe.parent.mkdir(exist_ok=True)
    probe.write_text("here")
    # Already fetched, they need not be asked of the web again.
    for file in (ROOT / "static").glob("3Dmol-*"):
        (probe.parent / file.name).write_bytes(file.read_bytes())
    with serving(programs, outside) as url:
        assert read(f"{url}/_stcore/health") == "ok"
        assert "<title>" in read(url)
        assert read(f"{url}/app/static/{probe.name}") == "here"


@contextmanager
def serving(programs: Path, cwd: Path) -> Iterator[str]:
    """Run ``crysformer app`` until the block ends."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    log = cwd / "log.txt"
    with log.open("w") as out:
        process = subprocess.Popen(
            [programs / "crysformer", "app", "--port", str(port)],
            cwd=cwd,
            env=environment(),
            stdout=out,
            stderr=out,
        )
    url = f"http://localhost:{port}"
    try:
        deadline = time.monotonic() + 40
        while process.poll() is None and time.monotonic() < deadline:
            try:
                read(f"{url}/_stcore/health")
                break
            except OSError:
                time.sleep(0.2)
        else:
            raise AssertionError(log.read_text())
        yield url
    finally:
        process.terminate()
        process.wait(timeout=20)
    assert "Traceback" not in log.read_text()


def read(url: str) -> str:
    """Content at an address of this machine."""
    with urlopen(url, timeout=5) as answer:
        return answer.read().decode()
