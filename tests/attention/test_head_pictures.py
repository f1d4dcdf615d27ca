"""Small pictures: the colours of each block and head on one drawing."""

import numpy as np
import pytest

from crysformer.attention.bond_picture import Drawing
from crysformer.attention.filter import Filter
from crysformer.attention.head_pictures import (
    NOT_DRAWN,
    WIDTH,
    head_pictures,
    pair_head_pictures,
)
from crysformer.attention.reduce import Choice, bond_values, scale_for
from crysformer.library.catalogue import get_crystal
from crysformer.predict.predictor import Predictor


def test_each_head_has_the_colours_of_its_own_numbers(chain):
    pictures = head_pictures(chain, Choice())
    heads = np.array(pictures["heads"])
    assert heads.shape == (2, 2, 4)  # blocks, heads, kinds of equal bonds
    every = np.stack(
        [bond_values(chain, Choice(block=b, head=h)) for b in (0, 1) for h in (0, 1)]
    )
    scale = scale_for(every, Choice())
    first = [0, 1, 2, 3]
    for block, head in np.ndindex(2, 2):
        colours = [pictures["palette"][k] for k in heads[block, head]]
        wanted = scale.position(bond_values(chain, Choice(block=block, head=head))[first])
        assert heads[block, head] == pytest.approx(32 * wanted, abs=0.5)
        assert len(set(colours)) > 1


def test_the_filter_holds_for_each_head(chain):
    strongest = Drawing(keep=Filter(per_atom=1))
    heads = np.array(head_pictures(chain, Choice(), strongest)["heads"])
    # C attends more to one N in the first block, and more to the other in the second.
    assert (heads[0, :, :2] == NOT_DRAWN).tolist() == [[False, True]] * 2
    assert (heads[1, :, :2] == NOT_DRAWN).tolist() == [[True, False]] * 2


def test_parts_lie_within_the_picture_and_cover_the_crystal(chain):
    pictures = head_pictures(chain, Choice())
    atoms = [part for part in pictures["parts"] if len(part) == 4]
    assert len(atoms) >= 2
    assert all(0 <= x <= WIDTH for x, *_ in atoms)
    assert len(pictures["edges"]) == 12


def test_partners_of_one_bond_are_kinds_of_their_own():
    seen = Predictor().answer(get_crystal("rock-salt-nacl").structure()).seen
    pictures = pair_head_pictures(seen.pair_attention, Choice(), 3)
    heads = np.array(pictures["heads"])
    assert heads.shape[2] == 17
    kinds = {part[4] for part in pictures["parts"] if len(part) == 5}
    assert kinds == set(range(17))
