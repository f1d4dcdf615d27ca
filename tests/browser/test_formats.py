"""Files of every format in a browser, several at once, and a sentence for each fault."""

import gzip
import io
import re
import zipfile

import pytest

from crysformer.paths import ROOT
from tests.support.browser import ARTIFACTS, open_panel, scene, wait_for_scene
from tests.support.crystal_files import FORMATS, NA, cif, poscar, table, xyz

# Sodium chloride with the atoms on faces, edges and corners repeated.
ATOMS = 27
GIVEN = {
    "a.cif": FORMATS["CIF from a space group"],
    "CONTCAR": FORMATS["POSCAR with velocities"],
    "a.xyz": FORMATS["extended XYZ"],
    "pymatgen.json": FORMATS["pymatgen JSON"],
    "ase.json": FORMATS["ASE JSON"],
    "database.json": FORMATS["ASE database"],
}
MANY = "".join(
    f"Na {x} {y} {z}\n" for x in range(15) for y in range(15) for z in range(9)
)
FAULTS = {
    "vasp4": (poscar(names=""), "no element names"),
    "partial.cif": (cif([("Na1", 0, 0, 0, 0.5)]), "is disordered"),
    "molecule.xyz": (xyz("O 0 0 0", header="water"), "it is a molecule"),
    "empty.xyz": ("0\n\n", "0 atoms"),
    "close.vasp": (
        poscar(names="Na\n", counts="2", rows=table([*NA[:1], [0, 0, 0.01]])),
        "overlapping atoms",
    ),
    "many.xyz": (f'2025\nLattice="30 0 0 0 30 0 0 0 30"\n{MANY}', "limit of 2000"),
}


@pytest.fixture(scope="module")
def server(serve):
    return serve(ROOT / "app.py", random_weights=True)


def give(page, files):
    open_panel(page).locator('input[type="file"]').set_input_files(
        [
            {"name": name, "mimeType": "text/plain", "buffer": content}
            for name, content in files
        ]
    )


def opened(page, files, atoms=ATOMS):
    """Give an open page files, and wait for the crystal that the first of them holds."""
    before = scene(page)["structure"]
    give(page, files)
    facts = wait_for_scene(page, lambda facts: facts["structure"] != before)
    assert facts["counts"]["atoms"] == atoms
    page.keyboard.press("Escape")


def silicon(page):
    """Choose silicon, so that the next file is another crystal."""
    before = scene(page)["structure"]
    page.get_by_role("combobox", name="Crystal").fill("silicon")
    page.get_by_role("option", name=re.compile("^Si · ")).first.click()
    wait_for_scene(page, lambda facts: facts["structure"] != before)


def test_a_file_of_every_format_is_drawn(browse):
    page = browse("/?crystal=diamond-si")
    for name, text in GIVEN.items():
        opened(page, [(name, text.encode())])
        page.get_by_test_id("stSidebar").get_by_text(name).wait_for()
        silicon(page)


def test_gz_and_zip_are_unpacked(browse):
    """In a tab of its own: of one that has the same content already the name stays."""
    page = browse("/?crystal=diamond-si")
    opened(page, [("a.cif.gz", gzip.compress(GIVEN["a.cif"].encode()))])
    silicon(page)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("folder/CONTCAR", GIVEN["CONTCAR"])
    opened(page, [("all.zip", stream.getvalue())])
    page.get_by_test_id("stSidebar").get_by_text("folder/CONTCAR").wait_for()


def test_several_at_once_are_all_there_to_choose_and_said_not_to_be_shared(browse):
    page = browse("/?crystal=diamond-si")
    opened(page, [(name, text.encode()) for name, text in GIVEN.items()])
    page.get_by_role("button", name="Add crystal").click()
    page.get_by_text("a link does not carry them").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Crystal").click()
    page.get_by_role("option", name="ase.json (this session)", exact=True).wait_for()
    page.get_by_role("option", name="CONTCAR (this session)", exact=True).click()
    page.get_by_test_id("stSidebar").get_by_text("CONTCAR").wait_for()
    assert "crystal=" not in page.url


def test_each_fault_has_its_sentence_and_nothing_changes(browse):
    page = browse("/?crystal=diamond-si")
    before = scene(page)["structure"]
    for name, (text, words) in FAULTS.items():
        give(page, [(name, text.encode())])
        page.get_by_text(words).first.wait_for()
        page.keyboard.press("Escape")
        assert scene(page)["structure"] == before
        assert "crystal=diamond-si" in page.url


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (400, "dark")])
def test_an_ordered_approximation_is_offered_and_marked(browse, width, scheme):
    mixed = cif(
        [("Na1", 0, 0, 0, 0.5), ("K1", 0, 0, 0, 0.5), ("Cl1", 0.5, 0.5, 0.5, 1)],
        cell=(4, 4, 4, 90, 90, 90),
    )
    page = browse("/?crystal=diamond-si", width=width, scheme=scheme)
    before = scene(page)["structure"]
    give(page, [("mixed.cif", mixed.encode())])
    page.get_by_text("is disordered").first.wait_for()
    page.get_by_role("button", name="Use an ordered approximation of mixed.cif").click()
    wait_for_scene(page, lambda facts: facts["structure"] != before)
    note = "K 0.5 + Na 0.5 became 1 K, 1 Na"
    page.get_by_text(note).wait_for()
    page.wait_for_timeout(800)
    page.screenshot(path=ARTIFACTS / f"ordered_{scheme}_{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 1400:
        marked = page.get_by_test_id("stSidebar").get_by_text("ordered approximation")
        marked.wait_for()
        page.get_by_role("link", name="Attention").click()
        page.get_by_text(note).wait_for()
        marked.wait_for()
