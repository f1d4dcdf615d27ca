"""How long the app takes, in a real browser: ``python -m benchmarks.app_speed``.

A cold start is a new server process and a new visitor; what the disk already holds in its
cache stays there. Times end when the viewer says that its picture is drawn, or when the
numbers stand on the page. Medians are printed and nothing is judged: machines differ.
With ``--json`` one line is printed: rounds, cores, load before, and seconds by what was
timed.
"""

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")
VIEW = ".crystal-view"
CRYSTALS = ("diamond-si", "quartz-sio2", "ybco-yba2cu3o7", "bcc-fe", "garnet-y3al5o12")
NAMES = ("Corundum", "Diamond", "Rutile")
CHEMICAL = "Chemical bonds"
PAUSE_S, PATIENCE_S = 0.01, 120


@contextmanager
def server() -> Iterator[str]:
    """Start the app in a process of its own and return its address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--server.port", str(port), "--server.address", "127.0.0.1"]
    command = [sys.executable, "-m", "streamlit", "run", "app.py", *options]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet)
    url = f"http://127.0.0.1:{port}"
    try:
        wait(lambda: answers(f"{url}/_stcore/health"))
        yield url
    finally:
        process.terminate()
        process.wait()


def answers(url: str) -> bool:
    """Whether a server is there."""
    try:
        with urlopen(url, timeout=1) as answer:
            return answer.status == 200
    except OSError:
        return False


def wait(fact: Callable[[], object], limit_s: float = PATIENCE_S) -> None:
    """Wait until something is true."""
    end = time.perf_counter() + limit_s
    while not fact():
        if time.perf_counter() > end:
            raise TimeoutError
        time.sleep(PAUSE_S)


def scene(page: Page) -> dict:
    """What the viewer says it has drawn; empty before its first picture."""
    view = page.locator(VIEW)
    if not view.count() or view.get_attribute("data-ready") != "true":
        return {}
    return json.loads(view.get_attribute("data-scene") or "{}")


def numbers(page: Page) -> str:
    """What the tables of predicted properties say; empty before the first prediction."""
    tables = page.locator("table").all_inner_texts()
    return "\n".join(table for table in tables if "eV/atom" in table)


def new_page(browser: Browser) -> Page:
    """Open a window; on a busy machine everything in it takes long."""
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.set_default_timeout(1000 * PATIENCE_S)
    return page


def cold(browser: Browser) -> dict[str, float]:
    """Start server and visitor and wait for the picture, then for the numbers."""
    start = time.perf_counter()
    with server() as url:
        listening = time.perf_counter() - start
        page = new_page(browser)
        page.goto(url)
        wait(lambda: scene(page))
        picture = time.perf_counter() - start
        wait(lambda: numbers(page))
        prediction = time.perf_counter() - start
        page.close()
    return {
        "cold: server answers": listening,
        "cold: first picture": picture,
        "cold: first prediction": prediction,
    }


def warm(browser: Browser) -> list[dict[str, float]]:
    """Time other modules, slider and crystals on a server that has seen none of them."""
    found = []
    with server() as url:
        page = new_page(browser)
        page.goto(f"{url}/Attention")
        wait(lambda: scene(page).get("layer") == "Model edges")
        for crystal in CRYSTALS:
            page.goto(f"{url}/Attention?crystal={crystal}")
            wait(lambda: scene(page).get("layer") == "Model edges")
            switch = page.get_by_role("radio", name="Conditional")
            module = change(page, switch.click)
            page.get_by_role("button", name="Drawing").click()
            slider = page.get_by_role("slider", name="Strongest bonds")
            slider.wait_for()
            # To all bonds: equal ones stay together, so fewer than a quarter may be the
            # same picture.
            found.append(
                {
                    f"{crystal}: other module": module,
                    f"{crystal}: slider": change(
                        page, lambda slider=slider: slider.press("End")
                    ),
                }
            )
        page.goto(url)
        wait(lambda: numbers(page))
        found += [choose(page, name) for name in NAMES]
        # The first time around, each page works out what the second finds.
        walk(page)
        found.append(walk(page))
        page.close()
    return found


def walk(page: Page) -> dict[str, float]:
    """Time from a click in the menu to what each page is for, on all pages in turn."""

    def shown(role: str, name: str) -> Callable[[], bool]:
        return page.get_by_role(role, name=name).first.is_visible

    facts: dict[str, Callable[[], object]] = {
        "Attention": lambda: scene(page).get("layer") == "Model edges",
        "Compare": page.locator('.crystal-grid[data-ready="true"]').is_visible,
        "Batch": shown("button", "Predict all"),
        "Learn": shown("heading", "1 · "),
        "Model": shown("button", "Run the self-test"),
        "Predict": lambda: numbers(page) and scene(page).get("layer") == CHEMICAL,
    }
    found = {}
    for label, fact in facts.items():
        link = page.get_by_test_id("stSidebar").get_by_role("link", name=label)
        start = time.perf_counter()
        link.click()
        wait(fact)
        found[f"page {label}"] = time.perf_counter() - start
    return found


def change(page: Page, action: Callable[[], object]) -> float:
    """Seconds from an action to another picture."""
    before = scene(page)["hash"]
    start = time.perf_counter()
    action()
    wait(lambda: scene(page).get("hash", before) != before)
    return time.perf_counter() - start


def choose(page: Page, name: str) -> dict[str, float]:
    """Time from picking a crystal in the box to its numbers and to its picture."""
    box = page.get_by_role("combobox", name="Crystal")
    box.fill(name)
    option = page.get_by_role("option").first
    option.wait_for()
    picture, table = scene(page)["hash"], numbers(page)
    facts = {
        "other crystal: picture": lambda: scene(page).get("hash", picture) != picture,
        "other crystal: prediction": lambda: numbers(page) not in ("", table),
    }
    found: dict[str, float] = {}
    start = time.perf_counter()
    option.click()

    def look() -> bool:
        for what, fact in facts.items():
            if what not in found and fact():
                found[what] = time.perf_counter() - start
        return len(found) == len(facts)

    wait(look)
    return found


def main() -> None:
    """Print the medians of a few rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    arguments = parser.parse_args()
    times: dict[str, list[float]] = {}
    load = round(os.getloadavg()[0], 1)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=arguments.chromium, args=list(FLAGS)
        )
        for _ in range(arguments.rounds):
            for measured in (cold(browser), *warm(browser)):
                for what, seconds in measured.items():
                    times.setdefault(what, []).append(seconds)
        browser.close()
    if arguments.json:
        print(json.dumps(summary(times, arguments.rounds, load)))
        return
    print(f"{os.cpu_count()} cores, load {load}")
    for what, seconds in times.items():
        print(f"{what:34} {statistics.median(seconds):7.2f} s   of {len(seconds)}")


def summary(times: dict[str, list[float]], rounds: int, load: float) -> dict:
    """Medians in seconds, and on what they were taken."""
    medians = {what: round(statistics.median(each), 3) for what, each in times.items()}
    return {"rounds": rounds, "cores": os.cpu_count(), "load": load, "seconds": medians}


if __name__ == "__main__":
    main()
