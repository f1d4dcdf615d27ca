"""A server for a script, a Chromium, and pages that keep a record of what went wrong."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

import pytest

from crysformer.paths import ROOT
from tests.support.browser import CHROMIUM, FLAGS, LIBRARY
from tests.support.random_model import save_random

# What a server's log must never hold.
UNWANTED = ("traceback", "will be removed", "deprecat", "warning")
# Streamlit asks for its own endpoints under the page's path before it knows the base; its
# frames (one holds the preview) name permissions that Chromium does not know.
EXPECTED_NOISE = (
    "GPU stall",
    "_stcore",
    "status of 404",
    "Unrecognized feature",
    "can escape its sandboxing",
)


def pytest_collection_modifyitems(items):
    """Mark every test here, and skip with the reason where a part is missing."""
    reasons = {
        "needs Chromium on the PATH": CHROMIUM is None,
        "needs python -m crysformer.picture.asset": not LIBRARY.is_file(),
        "needs Playwright for Python": not _has_playwright(),
    }
    for item in items:
        if Path(__file__).parent not in item.path.parents:
            continue
        item.add_marker(pytest.mark.browser)
        for reason, missing in reasons.items():
            if missing:
                item.add_marker(pytest.mark.skip(reason=reason))


def _has_playwright() -> bool:
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return False
    return True


@dataclass
class Record:
    """What a page reported."""

    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


@dataclass
class Server:
    """A running app."""

    url: str
    log: Path
    pid: int

    def text(self) -> str:
        """Read what it printed so far."""
        return self.log.read_text()


@pytest.fixture(scope="session")
def serve(tmp_path_factory) -> Iterator[Callable[..., Server]]:
    """Start servers for scripts: one for all who ask for the same, unless fresh."""
    running, shared = [], {}

    def start(
        script: Path,
        cwd: Path = ROOT,
        *,
        random_weights: bool = False,
        fresh: bool = False,
    ) -> Server:
        wanted = (script, cwd, random_weights)
        if wanted not in shared or fresh:
            server = run(*wanted)
            if fresh:
                return server
            shared[wanted] = server
        return shared[wanted]

    def run(script: Path, cwd: Path, random_weights: bool) -> Server:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        log = tmp_path_factory.mktemp("server") / "log.txt"
        command = [sys.executable, "-m", "streamlit", "run", str(script)]
        command += ["--server.port", str(port), "--server.address", "127.0.0.1"]
        path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
        environment = os.environ | {"PYTHONPATH": path}
        if random_weights:
            root = tmp_path_factory.mktemp("weights")
            save_random(root)
            environment["CRYSFORMER_WEIGHTS"] = str(root)
        with log.open("w") as out:
            process = subprocess.Popen(
                command,
                cwd=cwd,
                stdout=out,
                stderr=out,
                env=environment,
            )
        server = Server(f"http://127.0.0.1:{port}", log, process.pid)
        running.append((process, server))
        _wait_until_healthy(server)
        return server

    yield start
    for process, _ in running:
        process.terminate()
        process.wait(timeout=20)
    for _, server in running:
        assert not [word for word in UNWANTED if word in server.text().lower()]


def _wait_until_healthy(server: Server) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urlopen(f"{server.url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(server.text())


@pytest.fixture(scope="session")
def playwright():
    """What drives the browsers."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright):
    """A browser whose contexts know nothing of each other."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def profile(playwright, tmp_path_factory):
    """A browser with a cache: it compiles Streamlit's scripts once, not every time."""
    context = playwright.chromium.launch_persistent_context(
        tmp_path_factory.mktemp("profile"),
        executable_path=CHROMIUM,
        args=FLAGS,
        accept_downloads=True,
    )
    yield context
    context.close()


@pytest.fixture
def open_page(chromium, profile):
    """Open pages that record console errors and requests to other machines."""
    pages, contexts = [], []

    def start(
        width: int = 1400,
        height: int = 900,
        scheme: str = "light",
        *,
        phone: bool = False,
    ):
        if phone:
            context = chromium.new_context(
                viewport={"width": width, "height": height},
                color_scheme=scheme,
                accept_downloads=True,
                has_touch=True,
                is_mobile=True,
            )
            contexts.append(context)
            page = context.new_page()
        else:
            page = profile.new_page()
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            pages.append(page)
        return page, _watch(page)

    yield start
    for page in pages:
        _forget(page)
    for context in contexts:
        context.close()


def _watch(page) -> Record:
    """Note what goes wrong on a page from now on, and give it time."""
    record = Record()
    page.on("console", lambda message: _keep_error(record, message))
    page.on("pageerror", lambda error: record.errors.append(str(error)))
    page.on("request", lambda request: _keep_outside(record, request.url))
    page.on("websocket", lambda opened: _keep_outside(record, opened.url))
    page.set_default_timeout(120_000)
    return record


def _forget(page) -> None:
    """Close a page and what it stored, so that the next test meets a new visitor."""
    if page.url.startswith("http"):
        page.evaluate("localStorage.clear()")
    page.close()
    page.context.clear_cookies()


def _keep_error(record: Record, message) -> None:
    text = message.text
    if message.type in ("error", "warning") and not any(
        part in text for part in EXPECTED_NOISE
    ):
        record.errors.append(text)


def _keep_outside(record: Record, url: str) -> None:
    if not url.startswith(("http://127.0.0.1", "ws://127.0.0.1", "data:", "blob:")):
        record.outside.append(url)


@pytest.fixture
def browse(server, open_page):
    """Open a path of the module's server; at the end nothing may have gone wrong."""
    opened = []

    def go(path="/", **options):
        page, record = open_page(**options)
        opened.append((page, record))
        page.goto(server.url + path)
        return page

    yield go
    for page, record in opened:
        _assert_clean(page, record)


@pytest.fixture(scope="module")
def stay(server, chromium):
    """Open a path once for all tests of a module that ask for it.

    Opening a page costs seconds of a processor: tests that leave it as others can go on
    with share one, in a window of its own, whose storage no other test empties.
    """
    context = chromium.new_context(
        viewport={"width": 1400, "height": 900}, accept_downloads=True
    )
    opened = {}

    def go(path="/"):
        if path not in opened:
            page = context.new_page()
            opened[path] = (page, _watch(page))
            page.goto(server.url + path)
        return opened[path][0]

    yield go
    for page, record in opened.values():
        _assert_clean(page, record)
    context.close()


def _assert_clean(page, record: Record) -> None:
    assert record.errors == []
    assert record.outside == []
    assert page.evaluate("window.hacked") is None
