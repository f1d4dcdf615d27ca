"""How 500 atoms behave in the 3D view: ``python -m benchmarks.viewer_speed``.

A crystal is uploaded to the app in a real browser that renders in software, as a machine
without a graphics card does. Times end when the viewer says that its picture is drawn.
Medians are printed and nothing is judged: machines differ.
"""

import argparse
import os
import statistics
import time
from collections.abc import Iterator

from playwright.sync_api import Page, sync_playwright
from pymatgen.core import Structure
from pymatgen.io.vasp import Poscar

from benchmarks.app_speed import FLAGS, VIEW, change, numbers, scene, server, wait
from crysformer.library.catalogue import load_library

TURNS = 20
# The name of a library crystal and its repeats: 8, 64, 512 and 1000 atoms.
CRYSTALS = {
    "8 atoms": ("diamond-si", 1),
    "64 atoms": ("diamond-si", 2),
    "512 atoms": ("diamond-si", 4),
    "1000 atoms": ("diamond-si", 5),
}


def crystal(name: str, repeats: int) -> Structure:
    """A supercell whose atoms are moved a little, so that no symmetry is left to use."""
    structure = load_library()[name].structure()
    structure.make_supercell(repeats)
    return structure.perturb(0.03) if repeats > 1 else structure


def upload(page: Page, name: str, structure: Structure) -> float:
    """Seconds from giving a file to its picture."""
    content = Poscar(structure).get_str().encode()
    file = {"name": f"{name}.vasp", "mimeType": "text/plain", "buffer": content}
    before = scene(page)["structure"]
    page.get_by_role("button", name="Add crystal").click()
    start = time.perf_counter()
    page.get_by_test_id("stPopoverBody").locator('input[type="file"]').set_input_files(
        file
    )
    wait(lambda: scene(page).get("structure", before) != before)
    seconds = time.perf_counter() - start
    page.keyboard.press("Escape")
    return seconds


def frames(page: Page) -> float:
    """Milliseconds from a key press to the turned picture, the median of some."""
    return page.locator(f"{VIEW} .stage").evaluate(
        """async (stage, turns) => {
          const times = [];
          for (let k = 0; k < turns; k++) {
            const start = performance.now();
            stage.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
            await new Promise(requestAnimationFrame);
            await new Promise(requestAnimationFrame);
            times.push(performance.now() - start);
          }
          return times.sort((a, b) => a - b)[Math.floor(turns / 2)];
        }""",
        TURNS,
    )


def measure(page: Page) -> Iterator[tuple[str, dict[str, float]]]:
    """Times of every crystal: from its file to its picture, another style, one turn."""
    for name, (source, repeats) in CRYSTALS.items():
        picture = upload(page, name, crystal(source, repeats))
        turn = frames(page)
        page.get_by_role("button", name="View").click()
        style = page.get_by_role("radio", name="Space-fill")
        style.wait_for()
        spheres = change(page, style.click)
        sticks = change(page, page.get_by_role("radio", name="Ball and stick").click)
        page.keyboard.press("Escape")
        times = {
            "file to picture, s": picture,
            "other style, s": statistics.median([spheres, sticks]),
            "one turn, ms": turn,
        }
        yield name, times


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    arguments = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    with sync_playwright() as playwright, server() as url:
        browser = playwright.chromium.launch(
            executable_path=arguments.chromium, args=list(FLAGS)
        )
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(url)
        wait(lambda: scene(page))
        wait(lambda: numbers(page))
        for name, times in measure(page):
            line = "  ".join(f"{what} {value:7.2f}" for what, value in times.items())
            print(f"{name:12} {line}", flush=True)
        browser.close()


if __name__ == "__main__":
    main()
