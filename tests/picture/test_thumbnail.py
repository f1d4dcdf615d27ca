"""Small pictures of crystals: the atoms of the scene, well-formed, the same each time."""

from collections import Counter
from xml.etree import ElementTree

import pytest

from crysformer.library.catalogue import get_crystal, load_library
from crysformer.picture.palette import Scheme, element_colours
from crysformer.picture.thumbnail import HEIGHT, WIDTH, thumbnail

SVG = "{http://www.w3.org/2000/svg}"


def drawn(id_, scheme="Jmol"):
    return ElementTree.fromstring(thumbnail(get_crystal(id_).structure(), scheme))


def balls(picture):
    return picture.findall(f"{SVG}circle")


@pytest.mark.parametrize(
    ("id_", "atoms"), [("rock-salt-nacl", 27), ("bcc-fe", 9), ("diamond-si", 18)]
)
def test_all_atoms_of_the_cell_and_its_faces_are_there(id_, atoms):
    picture = drawn(id_)
    assert len(balls(picture)) == atoms
    for ball in balls(picture):
        radius = float(ball.get("r"))
        assert radius <= float(ball.get("cx")) + 0.2
        assert float(ball.get("cx")) + radius <= WIDTH + 0.2
        assert radius <= float(ball.get("cy")) + 0.2
        assert float(ball.get("cy")) + radius <= HEIGHT + 0.2


def test_elements_differ_in_colour_and_size():
    picture = drawn("rock-salt-nacl")
    kinds = Counter((ball.get("class"), ball.get("r")) for ball in balls(picture))
    # Sodium on 4a with the copies on faces and corners, chlorine on 4b.
    assert sorted(kinds.values()) == [13, 14]
    text = ElementTree.tostring(picture, encoding="unicode")
    for colour in element_colours(["Na", "Cl"], "Jmol").values():
        assert colour in text


@pytest.mark.parametrize("scheme", Scheme)
def test_every_scheme_has_its_colours(scheme):
    text = ElementTree.tostring(drawn("rock-salt-nacl", scheme), encoding="unicode")
    for colour in element_colours(["Na", "Cl"], scheme).values():
        assert colour in text


def test_sticks_are_left_out_where_they_are_a_tangle():
    assert len(drawn("diamond-si").findall(f"{SVG}path")) > 10
    assert len(drawn("garnet-y3al5o12").findall(f"{SVG}path")) == 1


def test_pictures_are_small_and_the_same_each_time():
    for id_ in list(load_library())[::25]:
        structure = get_crystal(id_).structure()
        first = thumbnail(structure)
        assert first == thumbnail(structure)
        assert len(first) < 40_000
        assert "script" not in first
