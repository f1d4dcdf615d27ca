"""The whole app in a browser: deep links, uploads, attention on the bonds, safety."""

import json
import re

import pytest

from .conftest import ARTIFACTS, ROOT
from .helpers import VIEW, at, colours, scene, wait_for_scene

SALT = "rock-salt-nacl"
NASTY = "<img src=x onerror='window.hacked=1'>.vasp"
POSCAR = b"CsCl\n1.0\n4.12 0 0\n0 4.12 0\n0 0 4.12\nCs Cl\n1 1\nDirect\n0 0 0\n.5 .5 .5\n"
CIF = b"""data_x
_cell_length_a 4.21
_cell_length_b 4.21
_cell_length_c 4.21
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'F m -3 m'
_symmetry_Int_Tables_number 225
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Mg1 Mg 0 0 0
O1 O .5 .5 .5
"""
XYZ = b"""2
Lattice="2.87 0 0 0 2.87 0 0 0 2.87" Properties=species:S:1:pos:R:3 pbc="T T T"
Fe 0 0 0
Fe 1.435 1.435 1.435
"""


@pytest.fixture(scope="module")
def server(serve):
    server = serve(ROOT / "app.py", random_weights=True)
    yield server
    assert "Traceback" not in server.text()
    assert "will be removed" not in server.text()


@pytest.fixture
def browse(server, open_page):
    """Open a path; at the end nothing may have gone wrong or left the machine."""
    opened = []

    def go(path="/", **options):
        page, record = open_page(**options)
        opened.append((page, record))
        page.goto(server.url + path)
        return page

    yield go
    for page, record in opened:
        assert record.errors == []
        assert record.outside == []
        assert page.evaluate("window.hacked") is None


def attention_facts(page):
    return wait_for_scene(page, lambda facts: facts["layer"] == "Model edges", 60)


def test_deep_link_is_right_as_the_first_request_to_a_fresh_server(browse):
    page = browse(f"/Attention?crystal={SALT}&module=Conditional&scale=Weight&bond=3")
    facts = attention_facts(page)
    assert facts["picked"]["bonds"] == [3]
    assert page.get_by_text("Crysformer Explorer").is_visible()
    assert page.get_by_role("link", name="Predict").is_visible()
    assert page.get_by_text("Attention weight").is_visible()
    for setting in ("module=Conditional", "scale=Weight", f"crystal={SALT}", "bond=3"):
        assert setting in page.url
    assert colours(page) > 500
    page.screenshot(path=ARTIFACTS / "attention_light_1400.png")


def test_predict_shows_crystal_and_numbers(browse):
    page = browse(f"/?crystal={SALT}")
    assert scene(page)["counts"]["atoms"] == 27
    page.get_by_text("JARVIS-DFT, OptB88vdW").first.wait_for()
    assert page.get_by_text("the model says").is_visible()
    page.wait_for_timeout(500)
    page.screenshot(path=ARTIFACTS / "predict_light_1400.png", full_page=True)


def test_overlay_follows_module_and_block(browse):
    page = browse(f"/Attention?crystal={SALT}")
    seen = [attention_facts(page)["hash"]]
    for label in ("Conditional", "Difference"):
        page.get_by_role("radio", name=label).click()
        seen.append(wait_for_scene(page, lambda facts: facts["hash"] not in seen)["hash"])
    page.get_by_role("combobox", name="Block").click()
    page.get_by_role("option", name="2").click()
    wait_for_scene(page, lambda facts: facts["hash"] not in seen)


def test_click_on_a_bond_selects_its_row_and_reaches_the_url(browse):
    page = browse(f"/Attention?crystal={SALT}")
    attention_facts(page)
    page.mouse.click(*at(page, [0.9, 0, 5.64]))
    page.wait_for_url(re.compile(r"bond=\d+"))
    picked = scene(page)["picked"]["bonds"]
    assert f"bond={picked[0]}" in page.url
    page.get_by_text(
        re.compile(r"Selected: Na1 → Cl\d \(.*\), 2\.820 Å, row \d+")
    ).wait_for()


def test_angles_are_drawn_as_wedges(browse):
    page = browse(f"/Attention?crystal={SALT}&graph=Line&bond=2")
    facts = attention_facts(page)
    assert facts["counts"]["wedges"] in (4, 8)
    page.wait_for_timeout(500)
    page.screenshot(path=ARTIFACTS / "angles_light_1400.png")


def test_camera_and_crystal_survive_a_page_switch(browse):
    page = browse("/?crystal=diamond-si")
    scene(page)
    page.get_by_role("button", name="Look along b", exact=True).click()
    page.wait_for_timeout(600)
    turned = scene(page)["camera"]
    page.get_by_role("link", name="Attention").click()
    facts = attention_facts(page)
    assert facts["camera"] == turned
    assert "crystal=diamond-si" in page.url


@pytest.mark.parametrize(
    ("name", "content", "atoms"),
    [("x.cif", CIF, 27), (NASTY, POSCAR, 9), ("a.xyz", XYZ, 9)],
)
def test_uploads_are_drawn_and_their_names_stay_text(browse, name, content, atoms):
    page = browse("/")
    before = scene(page)["structure"]
    page.get_by_role("button", name="Upload").click()
    page.locator('input[type="file"]').set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": content}
    )
    facts = wait_for_scene(page, lambda facts: facts["structure"] != before)
    assert facts["counts"]["atoms"] == atoms
    page.get_by_text(name).first.wait_for()
    assert page.locator("img[src='x']").count() == 0
    page.wait_for_url(lambda url: "crystal=" not in url)


def test_a_broken_file_is_a_sentence(browse):
    page = browse("/")
    before = scene(page)["structure"]
    page.get_by_role("button", name="Upload").click()
    page.locator('input[type="file"]').set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"dear diary"}
    )
    page.get_by_text("is in no format that is read here").wait_for()
    assert scene(page)["structure"] == before


@pytest.mark.parametrize(
    ("width", "scheme"), [(1400, "dark"), (400, "light"), (400, "dark")]
)
def test_pages_fit_their_window(browse, width, scheme):
    for path, name in (("/", "predict"), ("/Attention", "attention")):
        page = browse(f"{path}?crystal={SALT}", width=width, scheme=scheme)
        if name == "attention":
            attention_facts(page)
        assert colours(page) > 300
        page.wait_for_timeout(800)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=ARTIFACTS / f"{name}_{scheme}_{width}.png", full_page=True)


def test_data_scene_is_json(browse):
    page = browse("/")
    scene(page)
    facts = json.loads(page.locator(VIEW).get_attribute("data-scene"))
    assert set(facts) >= {"hash", "counts", "camera", "structure", "layer"}
