"""What browser tests ask of the viewer."""

import io
import json
import math

import numpy as np
from PIL import Image

VIEW = ".crystal-view"
READY = f'{VIEW}[data-ready="true"]'


def scene(page) -> dict:
    """Read the facts the viewer publishes about itself."""
    page.wait_for_selector(READY)
    return json.loads(page.locator(VIEW).get_attribute("data-scene"))


def wait_for_scene(page, test, timeout_s: float = 20.0) -> dict:
    """Wait until the published facts pass a test."""
    for _ in range(int(timeout_s / 0.1)):
        facts = scene(page)
        if test(facts):
            return facts
        page.wait_for_timeout(100)
    raise AssertionError(f"the viewer still says {facts}")


def colours(page) -> int:
    """Count the colours of the drawn picture; a blank canvas has one."""
    shot = page.locator(f"{VIEW} .stage").screenshot()
    return len(
        np.unique(
            np.asarray(Image.open(io.BytesIO(shot)).convert("RGB")).reshape(-1, 3), axis=0
        )
    )


def at(page, point) -> tuple[float, float]:
    """Page position of a model point, from the camera the viewer publishes."""
    camera = scene(page)["camera"]
    box = page.locator(f"{VIEW} .stage").bounding_box()
    x, y, z, w = camera[4:]
    right = [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)]
    up = [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)]
    moved = np.add(point, camera[:3])
    scale = box["width"] / (2 * (150 - camera[3]) * math.tan(math.radians(20)))
    return (
        box["x"] + box["width"] / 2 + scale * float(np.dot(right, moved)),
        box["y"] + box["height"] / 2 - scale * float(np.dot(up, moved)),
    )
