"""The command that serves the app; what it serves is tested on the installed wheel."""

import runpy
import sys
import tomllib

import pytest

from crysformer.cli import app
from crysformer.cli.parser import main
from crysformer.errors import CrysformerError
from crysformer.paths import ROOT
from crysformer.workers import size

SERVER = "crysformer.ui.shell.server"


@pytest.fixture
def started(monkeypatch):
    """What Streamlit would have been started with."""
    words = []
    monkeypatch.setattr(
        runpy, "run_module", lambda name, **_: words.extend([name, *sys.argv[1:]])
    )
    monkeypatch.setattr(sys, "argv", ["crysformer"])
    return words


def test_the_app_goes_on_without_the_3d_view(started, monkeypatch, capsys):
    def refuse():
        raise CrysformerError("Cannot write to /usr/lib: Permission denied.")

    monkeypatch.setattr(app, "fetch_viewer", refuse)
    assert main(["app", "--port", "8600"]) == 0
    script = str(ROOT / "app.py")
    assert started == [SERVER, "run", script, "--server.port", "8600"]
    assert capsys.readouterr().err == (
        "Cannot write to /usr/lib: Permission denied. Going on without the 3D view.\n"
    )


def test_without_a_port_streamlit_looks_for_a_free_one(started, monkeypatch):
    monkeypatch.setattr(app, "fetch_viewer", lambda: False)
    assert main(["app"]) == 0
    assert started == [SERVER, "run", str(ROOT / "app.py")]


def test_the_number_of_workers_goes_to_the_app(started, monkeypatch):
    monkeypatch.setattr(app, "fetch_viewer", lambda: False)
    monkeypatch.setenv(size.VARIABLE, "1")
    assert main(["app", "--workers", "0"]) == 0
    assert size.chosen_workers() == 0


def test_a_number_of_workers_that_is_none_starts_nothing(started, monkeypatch, capsys):
    monkeypatch.setattr(app, "fetch_viewer", lambda: False)
    assert main(["app", "--workers", "many"]) == 1
    assert started == []
    assert "cannot be “many”" in capsys.readouterr().err


def test_other_computers_are_let_in_by_an_address_alone(started, monkeypatch):
    monkeypatch.setattr(app, "fetch_viewer", lambda: False)
    assert main(["app", "--address", "0.0.0.0"]) == 0
    assert started[-2:] == ["--server.address", "0.0.0.0"]
    settings = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))
    assert settings["server"]["address"] == "localhost"
