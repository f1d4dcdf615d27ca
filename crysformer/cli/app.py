"""Serve the app of the checkout or the installed package: ``crysformer app``."""

import os
import runpy
import sys

from crysformer.errors import CrysformerError
from crysformer.paths import ROOT
from crysformer.picture.asset import fetch_viewer
from crysformer.workers import size


def serve(
    port: int | None, workers: str | None = None, address: str | None = None
) -> None:
    """Serve the app until it is interrupted; 3Dmol.js is fetched where it is missing.

    Streamlit takes its settings and static files from beside ``app.py``, so the working
    directory does not matter.

    Args:
        port: Where to listen; without it 8501, or the next one that is free.
        workers: Processes for long computations; without it what the environment or the
            number of cores says.
        address: Of this machine, to listen at; without it what the settings say.

    Raises:
        SettingsError: There cannot be so many workers.
        SystemExit: Streamlit has ended.
    """
    if workers is not None:
        os.environ[size.VARIABLE] = str(size.checked(workers))
    try:
        fetch_viewer()
    except CrysformerError as error:
        print(f"{error} Going on without the 3D view.", file=sys.stderr)
    sys.argv = ["streamlit", "run", str(ROOT / "app.py")]
    if port is not None:
        sys.argv += ["--server.port", str(port)]
    if address is not None:
        sys.argv += ["--server.address", address]
    # By its name: the command line does not import what only the app needs.
    runpy.run_module("crysformer.ui.shell.server", run_name="__main__", alter_sys=True)
