"""The words of the lesson: nine ideas, from a crystal to a prediction.

The Learn page and the teacher's hand-out are both made from this one source. Texts are
Markdown; what belongs to one crystal is in ``crysformer/lesson/questions.py``.
"""

from dataclasses import asdict, dataclass, replace

from crysformer.model.config import ModelConfig

TITLE = "How a network reads a crystal"
GOALS = (
    "explain how an endless crystal becomes a small graph of atoms and bonds",
    "describe attention as a weighted average, and recompute one weight by hand",
    "say what a prediction depends on, what it cannot depend on, and how far it can be "
    "trusted",
)
TIMING = "45 minutes: five for each step, two of them for the question."


@dataclass(frozen=True)
class LessonStep:
    """One step of the lesson.

    Attributes:
        name: A word or two, for the list of steps.
        title: What happens, as a short sentence.
        idea: The one idea, in two or three sentences.
        task: What to do with the step's control.
        watch: What a teacher should look out for.
    """

    name: str
    title: str
    idea: str
    task: str
    watch: str


MAX_ANGLES = 60_000
"""Angles of a graph beyond which it is not followed, or not in full, in a lesson."""

STEPS = (
    LessonStep(
        name="Cell",
        title="A small cell repeats without end",
        idea="A crystal is one small box of atoms, the **unit cell**, repeated in all "
        "directions. The copies are called **images**. So the box and its atoms "
        "are all that the model needs to know.",
        task="Repeat the cell and watch how the pattern grows.",
        watch="Atoms on a face, an edge or a corner are drawn more than once, so "
        "counting balls gives too many. The legend counts each atom of the cell "
        "once.",
    ),
    LessonStep(
        name="Neighbours",
        title="Each atom looks at its 12 nearest neighbours",
        idea="Each atom is joined to its **12 nearest neighbours**, in whichever "
        "image they sit. Neighbours at the same distance form a **shell**. A "
        "shell is never split: if others are as near as the 12th neighbour, all "
        "of them are kept. Neighbours up to {tie_tolerance:g} Å farther away "
        "than the 12th are kept too, but **fade out**.",
        task="Add the shells one by one.",
        watch="The model attends along these edges; not all of them are chemical "
        "bonds. Because of the fading, a small shift of the atoms never makes a "
        "bond appear suddenly.",
    ),
    LessonStep(
        name="Line graph",
        title="Bonds become nodes, angles become edges",
        idea="Distances alone do not fix a shape. So there is a second graph, the "
        "**line graph**: every bond becomes a node, and two bonds that meet at "
        "an atom are joined by an edge that carries their **angle**.",
        task="Pick a bond and see the angles to its partners.",
        watch="A node has the colour of its bond, an edge that of its angle. Point at "
        "one node and find its bond in the crystal before you go on.",
    ),
    LessonStep(
        name="Numbers",
        title="A length becomes a list of numbers",
        idea="A network reads lists of numbers. Each length becomes {length_centres} "
        "of them, and each of these says how near the length is to its own mark "
        "on a ruler from 0 to {max_length:g} Å. A small change in length changes "
        "only a few numbers, and smoothly.",
        task="Move the length and watch the bars.",
        watch="Angles are treated in the same way, by their cosine. Ask why a single "
        "number, the length itself, would be harder to learn from.",
    ),
    LessonStep(
        name="Cross-attention",
        title="An atom asks, its bonds answer",
        idea="The atom sends out a **query**; each bond offers a **key**. Where the "
        "two match, the score is high. **Softmax** turns the scores into weights "
        "that add up to 1, and the atom takes in the weighted average of the "
        "bonds' **values**.",
        task="Pick a bond and follow its numbers through the equations.",
        watch="Every number is the trained model's own, recomputed here by hand. A "
        "weight says how much is taken in, not how much it matters for the "
        "answer.",
    ),
    LessonStep(
        name="Conditional attention",
        title="The bond opens or closes a gate",
        idea="Now the atom asks its **neighbours**, and the bond between them has a "
        "say: it puts a **gate** between −1 and 1 in front of each number. A "
        "gate near 0 lets nothing through; a negative one flips the sign.",
        task="Pick a bond and look at its gates.",
        watch="The scores still go through a softmax, so the weights add up to 1 as "
        "before. Here the bond itself is updated as well.",
    ),
    LessonStep(
        name="Blocks",
        title="With each block, the atom sees farther",
        idea="The same two modules are repeated in several **blocks**, each with its "
        "own parameters. After each block an atom knows of neighbours one step "
        "farther away, so the weights change from block to block.",
        task="Step through the blocks.",
        watch="Ask how far an atom can see after two blocks: to the neighbours of its "
        "neighbours.",
    ),
    LessonStep(
        name="Prediction",
        title="The average over all atoms gives the answer",
        idea="After the last block all atoms are averaged, and a small network turns "
        "the average into each property. How far off such answers are was "
        "measured on crystals kept out of training: this gives the **interval**.",
        task="Pick a property and see how it changes as the cell is stretched.",
        watch="The curve is the model's response. The model has seen only relaxed "
        "crystals, so at a large stretch it guesses, and the minimum of the "
        "curve need not be at zero.",
    ),
    LessonStep(
        name="Symmetry",
        title="Equal bonds get equal attention",
        idea="Bonds that a symmetry of the crystal maps onto each other have the same "
        "surroundings, so every number inside the model is the same for both. It "
        "is enough to compute **one of each kind** and count the others.",
        task="Switch between all bonds and one of each kind.",
        watch="This is an identity, not an approximation: both graphs give the same "
        "prediction, up to rounding.",
    ),
)


def steps_of(config: ModelConfig) -> tuple[LessonStep, ...]:
    """The steps with the sizes of a model in their words."""
    sizes = asdict(config)
    return tuple(
        replace(step, idea=step.idea.format(**sizes), watch=step.watch.format(**sizes))
        for step in STEPS
    )
