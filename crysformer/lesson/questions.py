"""The nine questions of the lesson, with answers from the numbers of one crystal.

Each function makes one question; what it needs says what must have been computed before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crysformer.graph.crystal import CrystalGraph
from crysformer.graph.rule import NUM_NEIGHBOURS
from crysformer.lesson.gaussians import gaussian_centres, nearest_gaussian
from crysformer.lesson.neighbourhood import Group, Neighbourhood
from crysformer.model.config import ModelConfig
from crysformer.properties.table import PROPERTIES

_STANDS_OUT = 0.2
"""Percentage points by which a block must lead before a question asks for it."""


@dataclass(frozen=True)
class Question:
    """A question with an answer that can be checked.

    Attributes:
        prompt: What is asked, as Markdown.
        answer: The right number, or the right one of the options.
        explanation: What to understand from it, with the numbers; Markdown.
        hint: How to find it, without saying it; Markdown.
        options: Answers to choose from; empty where a number is asked for.
        tolerance: How far a number may be off.
        unit: Of the number.
    """

    prompt: str
    answer: float | str
    explanation: str
    hint: str
    options: tuple[str, ...] = ()
    tolerance: float = 0.0
    unit: str = ""

    def is_right(self, given: float | str) -> bool:
        """Whether an answer is right."""
        if isinstance(self.answer, str) or isinstance(given, str):
            return given == self.answer
        return abs(given - self.answer) <= self.tolerance

    @property
    def answer_text(self) -> str:
        """The answer with its unit."""
        if isinstance(self.answer, str):
            return self.answer
        return f"{self.answer:g} {self.unit}".strip()


def cell_question(graph: CrystalGraph) -> Question:
    """Step 1: atoms of a repeated cell."""
    count = len(graph.structure)
    return Question(
        "How many atoms belong to a block of 2 × 2 × 2 cells?",
        8 * count,
        f"2 × 2 × 2 = 8 cells of {_atoms(count)} each make {8 * count} atoms. Atoms on a "
        "face are drawn on both sides, but each counts only once.",
        "The corner of the picture lists the atoms of one cell. How many cells make the "
        "block?",
    )


def neighbour_question(around: Neighbourhood) -> Question:
    """Step 2: neighbours with all ties."""
    shells = " + ".join(str(len(shell)) for shell in around.shells)
    total = f"{shells} = {len(around)}" if len(around.shells) > 1 else f"{len(around)}"
    torn = around.torn_shell
    if torn is None:
        why = "The 12th neighbour is the last of its shell, so no shell is split."
    else:
        shell, inside = torn
        why = (
            f"The 12th neighbour is one of {len(shell)} at {shell.length:.3f} Å. A cut "
            f"after the 12th would keep {inside} of them and drop {len(shell) - inside}, "
            "arbitrarily. So the whole shell is kept."
        )
    faded = int((around.weight < 1).sum())
    if faded:
        why += f" The last {faded} lie beyond the 12th and count less and less."
    return Question(
        f"How many neighbours does {around.label} have in all?",
        len(around),
        f"The shells hold {total}; the rule asks for {NUM_NEIGHBOURS}. {why}",
        "Move the slider to the last shell, and add up the atoms of all shells.",
    )


def line_graph_question(around: Neighbourhood) -> Question:
    """Step 3: partners of one bond."""
    count = len(around)
    return Question(
        f"To how many other bonds of {around.label} is each bond joined?",
        count - 1,
        f"{around.label} has {count} bonds. Each is joined to every other one, so to "
        f"{count - 1}; a bond is not joined to itself.",
        "Count the bonds of the atom. Which one of them is a bond not joined to?",
    )


def gaussian_question(around: Neighbourhood, config: ModelConfig) -> Question:
    """Step 4: the largest of the numbers of one length."""
    length = around.shells[0].length
    number = nearest_gaussian(length, config) + 1
    mark = gaussian_centres(config)[number - 1]
    step = gaussian_centres(config)[1]
    return Question(
        f"The nearest neighbours of {around.label} are {length:.3f} Å away. Which of the "
        f"{config.length_centres} numbers is the largest at this length?",
        number,
        f"The marks are {step:.3f} Å apart, the first at 0. The mark of number {number} "
        f"is at {mark:.3f} Å, nearest to {length:.3f} Å. Two numbers can be almost equal "
        "if the length lies midway between their marks.",
        f"Mark $k$ stands at $(k - 1) \\times {step:.3f}$ Å. Which is nearest to "
        f"{length:.3f} Å? The slider shows it.",
    )


def cross_question(around: Neighbourhood, attention: NDArray[np.floating]) -> Question:
    """Step 5: the weights of a group of bonds; attention of one head, (bonds,)."""
    group = max(around.kinds, key=len)
    if len(group) > 1:
        share, each = (
            _percent(attention[group.members].sum()),
            attention[group.members[0]],
        )
        return Question(
            f"The {len(group)} bonds to {group.symbols} at {group.length:.3f} Å are "
            "equal. What percentage of the attention do they get together?",
            share,
            f"Each of them gets {100 * each:.2f} %, and {len(group)} × "
            f"{100 * each:.2f} % = {share:g} %. All {len(around)} weights add up to "
            "100 %.",
            "Read the weight of one of these bonds off its bar. How many have it?",
            tolerance=1.0,
            unit="%",
        )
    share = _percent(attention[:2].sum())
    return Question(
        "What percentage of the attention do the two nearest neighbours of "
        f"{around.label} get together?",
        share,
        f"{100 * attention[0]:.2f} % + {100 * attention[1]:.2f} % = {share:g} %. All "
        f"{len(around)} weights add up to 100 %.",
        "Read both weights off their bars and add them.",
        tolerance=1.0,
        unit="%",
    )


SAME, OTHER = "The same", "Another one"


def conditional_question(
    around: Neighbourhood,
    cross: NDArray[np.floating],
    conditional: NDArray[np.floating],
) -> Question:
    """Step 6: whether both modules prefer one kind; one head of each, (bonds,)."""
    first, second = preferred(around, cross), preferred(around, conditional)
    same = first is second
    if len(around.kinds) == 1:
        why = f"All bonds of {around.label} are equal, so neither module can prefer one."
    else:
        why = (
            f"Cross-attention prefers {first.text} "
            f"({100 * cross[first.members[0]]:.1f} % each), conditional attention "
            f"{second.text} ({100 * conditional[second.members[0]]:.1f} % each)."
        )
    return Question(
        "Which kind of bond gets the largest weight here: the same one as in "
        "cross-attention, in the step before, or another one?",
        SAME if same else OTHER,
        f"{why} Each module has its own parameters and looks for different things.",
        "Look for the highest bars here and in the step before: have they the same "
        "colour?",
        options=(SAME, OTHER),
    )


def block_question(around: Neighbourhood, attention: NDArray[np.floating]) -> Question:
    """Step 7: the block that looks at one kind of bond most; (bonds, blocks).

    Of the nearest kind for which one block stands out; where none does, the even share.
    """
    for kind in around.kinds if len(around.kinds) > 1 else ():
        weights = 100 * attention[kind.members[0]]
        first, *others = np.sort(weights)[::-1]
        if others and first - others[0] >= _STANDS_OUT:
            return _block_of(around, kind, weights)
    share = round(100 / len(around), 1)
    return Question(
        f"If {around.label} had no preference, what percentage would each of its "
        f"{len(around)} bonds get in each block?",
        share,
        f"All {len(around)} bonds share 100 %: 100 / {len(around)} = {share:g} % each. "
        "Bonds that are equal by symmetry get equal shares, whatever the model has "
        "learnt.",
        "All weights of an atom's bonds add up to 100 %.",
        tolerance=0.2,
        unit="%",
    )


def _block_of(
    around: Neighbourhood, kind: Group, percents: NDArray[np.floating]
) -> Question:
    best = int(percents.argmax())
    listed = ", ".join(f"{percent:.1f} %" for percent in percents)
    nearest = kind is around.kinds[0]
    whom = "a nearest neighbour" if nearest else f"a neighbour at {kind.length:.2f} Å"
    return Question(
        f"In which block does {around.label} give the most weight to {whom}?",
        f"Block {best + 1}",
        f"Its weight is {listed} from block to block: the largest is in block {best + 1}."
        f" An even share would be {100 / len(around):.1f} %.",
        "Follow the line of this kind from block to block. Where is it highest?",
        options=tuple(f"Block {block + 1}" for block in range(len(percents))),
    )


TURN, DOUBLE = "Turn the whole crystal by 30°", "Describe it with a doubled cell"


def change_question(
    replacement: str,
    base: float,
    turned: float,
    doubled: float,
    replaced: float,
    key: str,
) -> Question:
    """Step 8: what can change a prediction.

    Args:
        replacement: What the third change does, such as "Replace Na by K".
        base: Prediction of the crystal.
        turned: The same, of the rotated crystal.
        doubled: The same, of the crystal with a doubled cell.
        replaced: The same, with one element replaced.
        key: Predicted property.
    """
    item = PROPERTIES[key]
    changes = {TURN: turned, DOUBLE: doubled, replacement: replaced}
    listed = "; ".join(
        f"{name}: {value:.3f} {item.unit}" for name, value in changes.items()
    )
    return Question(
        f"Which of these changes the predicted {item.label.lower()}?",
        max(changes, key=lambda name: abs(changes[name] - base)),
        f"As it is: {base:.3f} {item.unit}. {listed}. The model sees only elements, "
        "lengths and angles; turning the crystal or doubling its cell changes none of "
        "them.",
        "Which of them alters an element, a length or an angle?",
        options=tuple(changes),
    )


def kind_question(around: Neighbourhood) -> Question:
    """Step 9: how many kinds of bonds an atom has."""
    kinds = "; ".join(group.text for group in around.kinds)
    return Question(
        f"How many different kinds of bonds does {around.label} have?",
        len(around.kinds),
        f"The {len(around)} bonds are {kinds}. One of each kind is computed and stands "
        "for the others.",
        "Bonds of one colour are of one kind.",
    )


def preferred(around: Neighbourhood, attention: NDArray[np.floating]) -> Group:
    """The kind of bond with the largest weight; of equal ones the nearest."""
    weights: Sequence[float] = [attention[kind.members[0]] for kind in around.kinds]
    # Kinds that differ by rounding alone are no preference.
    return around.kinds[int(np.round(weights, 6).argmax())]


def _percent(share: float) -> float:
    return round(100 * float(share), 1)


def _atoms(count: int) -> str:
    return "1 atom" if count == 1 else f"{count} atoms"
