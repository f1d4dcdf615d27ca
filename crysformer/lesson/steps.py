"""The words of the lesson: nine ideas, from a crystal to a prediction.

The Learn page and the teacher's hand-out are both made from this one source. Texts are
Markdown; what belongs to one crystal is in ``crysformer/lesson/questions.py``.
"""

from dataclasses import asdict, dataclass, replace

from crysformer.model.config import ModelConfig

TITLE = "How a network reads a crystal"
GOALS = (
    "say how a crystal without end becomes a small graph of atoms and bonds",
    "explain attention as a weighted average, and recompute one weight by hand",
    "tell what a prediction depends on, what it cannot depend on, and how far it can be "
    "trusted",
)
TIMING = "45 minutes: five for each step, of which two for the question."


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
        "directions. The copies are called **images**. So the box and its atoms are all "
        "that the network has to be told.",
        task="Repeat the cell and watch how the pattern grows.",
        watch="Atoms on a face, an edge or a corner are drawn more than once: counting "
        "balls gives too many. The legend counts each atom of the cell once.",
    ),
    LessonStep(
        name="Neighbours",
        title="Each atom looks at its 12 nearest neighbours",
        idea="Each atom is joined to its **12 nearest neighbours**, in whichever image "
        "they sit. Neighbours at one distance form a **shell**. A shell is never torn "
        "apart: if the 12th neighbour has equals, all of them stay. Neighbours up to "
        "{tie_tolerance:g} Å farther than the 12th stay too, but **fade out**.",
        task="Add one shell after the other.",
        watch="These edges are what the network looks along; not all of them are "
        "chemical bonds. The fading sees to it that a small shift of the atoms never "
        "makes a bond appear at once.",
    ),
    LessonStep(
        name="Line graph",
        title="Bonds become nodes, angles become edges",
        idea="Distances alone do not fix a shape. So a second graph is made, the **line "
        "graph**: every bond becomes a node, and two bonds that meet at an atom are "
        "joined by an edge that carries their **angle**.",
        task="Pick a bond and see the angles to its partners.",
        watch="Node and bond have one colour, angle and edge too. Hold a finger on one "
        "node and find its bond in the crystal before you go on.",
    ),
    LessonStep(
        name="Numbers",
        title="A length becomes a list of numbers",
        idea="A network reads lists of numbers. One length is turned into "
        "{length_centres} of them: "
        "each says how near the length is to its own mark on a ruler from 0 to "
        "{max_length:g} Å. "
        "A small change of the length changes only a few numbers, and smoothly.",
        task="Move the length and watch the bars.",
        watch="Angles get the same treatment with their cosine. Ask why one number, the "
        "length itself, would be harder to learn from.",
    ),
    LessonStep(
        name="Cross-attention",
        title="An atom asks, its bonds answer",
        idea="The atom sends out a **query**, each bond holds up a **key**. Where both "
        "fit, the score is high. **Softmax** turns scores into weights that add up to 1, "
        "and the atom takes in the average of the bonds' **values** with these weights.",
        task="Pick a bond and follow its numbers through the equations.",
        watch="Every number is that of the trained network, recomputed here by hand. A "
        "weight says how much is taken in, not how much it matters for the answer.",
    ),
    LessonStep(
        name="Conditional attention",
        title="The bond opens or closes a gate",
        idea="Now the atom asks its **neighbours**, and the bond between them has a say: "
        "it holds a **gate** between −1 and 1 in front of each number. A gate near 0 "
        "lets nothing through, a negative one turns the sign round.",
        task="Pick a bond and look at its gates.",
        watch="The score still ends in a softmax, so the weights add up to 1 as before. "
        "Here the bond itself is updated as well.",
    ),
    LessonStep(
        name="Blocks",
        title="Block after block, the atom sees further",
        idea="The same two modules work in several **blocks**, one after the other, each "
        "with weights of its own. After each block an atom knows of neighbours one step "
        "further away, so the weights change from block to block.",
        task="Go through the blocks.",
        watch="Ask how far an atom can see after two blocks: to the neighbours of its "
        "neighbours.",
    ),
    LessonStep(
        name="Prediction",
        title="The average over all atoms gives the answer",
        idea="After the last block all atoms are averaged, and a small network turns the "
        "average into each property. How far such answers are off was measured on "
        "crystals that were kept out of the training: that gives the **interval**.",
        task="Pick a property and see how it follows a stretch of the cell.",
        watch="The curve is a response of the network. It has seen relaxed crystals "
        "only, so far from no stretch it guesses, and its minimum need not be at zero.",
    ),
    LessonStep(
        name="Symmetry",
        title="Equal bonds get equal attention",
        idea="Bonds that a symmetry of the crystal maps onto each other have the same "
        "surroundings, so every number of the network is the same for both. It is enough "
        "to compute **one of each kind** and to count the others.",
        task="Change between all bonds and one of each kind.",
        watch="This is an identity and no approximation: both graphs give one "
        "prediction, up to the rounding of a computer.",
    ),
)


def steps_of(config: ModelConfig) -> tuple[LessonStep, ...]:
    """The steps with the sizes of a model in their words."""
    sizes = asdict(config)
    return tuple(
        replace(step, idea=step.idea.format(**sizes), watch=step.watch.format(**sizes))
        for step in STEPS
    )
