"""The Dockerfile: what it promises, and its steps followed where no image can be built.

Steps run in a folder that stands for the root of the image. The packages of this
environment are put into its environment beforehand, so that pip finds every pin satisfied
instead of fetching gigabytes; and no user is made: all runs as whoever runs the tests.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from crysformer.model.bundled import bundled_models
from crysformer.paths import ROOT, STATIC
from crysformer.picture.asset import ASSETS
from tests.support.dockerfile import Instruction, context, stages

BUILD, FINAL = stages(ROOT / "Dockerfile")


def named(stage: list[Instruction], name: str) -> list[Instruction]:
    return [each for each in stage if each.name == name]


def test_it_serves_as_a_user_without_rights_and_says_how_it_is():
    (user,) = named(FINAL, "USER")
    assert user.text == "10001"
    assert FINAL.index(user) < FINAL.index(named(FINAL, "CMD")[0])
    (health,) = named(FINAL, "HEALTHCHECK")
    assert "8501/_stcore/health" in health.text
    assert named(FINAL, "EXPOSE")[0].text == "8501"
    images = {each.words[0] for stage in (BUILD, FINAL) for each in named(stage, "FROM")}
    assert len(images) == 1  # an environment runs only on the Python it was made with


def test_every_bundled_model_is_tested_while_building():
    tested = re.findall(r"self-test --model (\S+)", " ".join(s.text for s in BUILD))
    assert sorted(tested) == sorted(bundled_models())


def test_the_build_sees_the_program_and_nothing_private():
    files = context(ROOT)
    tops = {file.parts[0] for file in files}
    assert tops == {
        ".streamlit",
        "LICENSE",
        "README.md",
        "app.py",
        "crysformer",
        "pages",
        "pyproject.toml",
        "requirements-scale.txt",
        "requirements.txt",
        "weights",
    }
    assert not [file for file in files if "__pycache__" in file.parts]
    assert {file.parts[1] for file in files if file.parts[0] == "weights"} >= set(
        bundled_models()
    )


class Image:
    """A folder in which the steps of a Dockerfile are followed.

    Args:
        root: Stands for the root of the image.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.place = root
        # As in the image: no settings of whoever runs the tests, and no bytecode.
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(root)}
        self.environment |= {
            name: value for name, value in os.environ.items() if name.startswith("PIP_")
        }

    def inside(self, text: str) -> str:
        """A text with the image's absolute paths led into the folder."""
        return re.sub(r"(?<![\w./])/(opt|src|home)\b", rf"{self.root}/\1", text)

    def follow(self, step: Instruction) -> None:
        """Do what an instruction says."""
        if step.name == "WORKDIR":
            self.place = Path(self.inside(step.text))
            self.place.mkdir(parents=True, exist_ok=True)
        elif step.name == "ENV":
            for name, value in re.findall(r'(\w+)=("[^"]*"|\S+)', step.text):
                found = self.inside(value.strip('"'))
                self.environment[name] = found.replace("$PATH", self.environment["PATH"])
        elif step.name == "COPY" and "--from" not in step.text:
            self._copy(step.words[0])
        elif step.name == "RUN" and not step.text.startswith("useradd"):
            # torch is here, and its own index may be out of reach.
            text = re.sub(r" --extra-index-url \S+", "", step.text)
            self._run(self.inside(text))

    def _copy(self, source: str) -> None:
        for file in context(ROOT):
            if source == "." or str(file) == source:
                target = self.place / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / file, target)

    def _run(self, command: str) -> None:
        done = subprocess.run(
            ["/bin/sh", "-ec", command],
            cwd=self.place,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        if "-m venv" in command:
            self._share_packages()

    def _share_packages(self) -> None:
        """Let the new environment have the packages of this one, after its own."""
        here = sysconfig.get_paths()
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        packages = self.root / "opt/crysformer/lib" / version / "site-packages"
        (packages / "beyond.pth").write_text(f"{here['purelib']}\n{here['platlib']}\n")
        # What is fetched while building is here already, or is fetched now.
        for asset in ASSETS:
            if (STATIC / asset.name).exists():
                beside = packages / "crysformer/_bundled/static"
                beside.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(STATIC / asset.name, beside / asset.name)


@pytest.fixture(scope="module")
def image(tmp_path_factory) -> Image:
    """All steps of both stages, followed."""
    made = Image(tmp_path_factory.mktemp("image"))
    # "python" of the base image is the one that runs these tests.
    programs = made.root / "base"
    programs.mkdir()
    (programs / "python").symlink_to(sys.executable)
    made.environment["PATH"] = f"{programs}:{made.environment['PATH']}"
    for step in [*BUILD, *FINAL]:
        made.follow(step)
    return made


def free_port() -> str:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return str(found.getsockname()[1])


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the image is a Linux one")
def test_its_steps_end_in_an_app_that_is_well(image):
    port = free_port()
    (command,), (health,) = named(FINAL, "CMD"), named(FINAL, "HEALTHCHECK")
    check = Instruction("CMD", health.text.partition("CMD ")[2])
    words, asking = (
        [word.replace("8501", port) for word in step.words] for step in (command, check)
    )
    home = Path(image.place)
    environment = {**image.environment, "HOME": str(home)}
    log = image.root / "log.txt"
    with log.open("w") as stream:
        server = subprocess.Popen(
            words, cwd=home, env=environment, stdout=stream, stderr=stream
        )
    try:
        for _ in range(240):
            asked = subprocess.run(asking, env=environment, cwd=home, capture_output=True)
            if asked.returncode == 0 or server.poll() is not None:
                break
            time.sleep(0.5)
        assert server.poll() is None, log.read_text()
        assert asked.returncode == 0, asked.stderr.decode()
        for asset in ASSETS:
            served = urlopen(f"http://127.0.0.1:{port}/app/static/{asset.name}").read()
            assert len(served) == asset.size
    finally:
        server.terminate()
        server.wait()
