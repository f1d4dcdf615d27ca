"""The teacher's hand-out and the students' sheet, made from the lesson's own words.

Markdown is the source; the printable page is that Markdown as HTML with rules for paper.
"""

from collections.abc import Sequence
from html import escape

from markdown_it import MarkdownIt

from crysformer.lesson.questions import Question
from crysformer.lesson.steps import GOALS, TIMING, TITLE, LessonStep

_EQUATIONS = (
    "Cross-attention: a_j = softmax_j(q · k_j / √d), m = Σ a_j v_j, h ← LN(h + W_o m)",
    "Conditional: g_j = tanh(W_c e_ij), a_j = softmax_j(Σ q k_j g_j / √d), then the same",
)
_ROOM = "." * 40
_PRINT = """
@page { size: A4; margin: 13mm 15mm; }
body { font: 9.6pt/1.36 Georgia, "Times New Roman", serif; color: #111;
       max-width: 180mm; margin: 0 auto; padding: 4mm; }
h1 { font-size: 17pt; margin: 0 0 1mm; }
h2 { font-size: 12pt; margin: 3mm 0 1mm; }
h3 { font-size: 10.4pt; margin: 2.4mm 0 0.3mm; }
p, ul { margin: 0.4mm 0 0.8mm; }
ul { padding-left: 5mm; }
h3, li, p { break-inside: avoid; }
h3 { break-after: avoid; }
@media print { body { padding: 0; } }
"""


def handout_markdown(
    crystal: str,
    atom: str,
    questions: Sequence[Question],
    address: str,
    steps: Sequence[LessonStep],
    *,
    answers: bool = True,
) -> str:
    """Write the hand-out for one crystal.

    Args:
        crystal: What the crystal is called, as Markdown.
        atom: The atom that the lesson follows, such as Na1.
        questions: One for each step, with the answers of this crystal.
        address: Query that opens the lesson at this crystal.
        steps: Of the lesson, in the words for the model at hand.
        answers: For the teacher, with answers and what to watch; else for students, with
            room to write.
    """
    lines = (
        _for_teacher(crystal, atom, address) if answers else _for_students(crystal, atom)
    )
    for number, (step, question) in enumerate(zip(steps, questions, strict=True), 1):
        lines += [f"### {number} · {step.title}", "", step.idea, ""]
        watch = f" *Watch:* {step.watch}" if answers else ""
        lines += [
            f"*Do:* {step.task}{watch}",
            "",
            f"**Question:** {question.prompt}{_choices(question)}",
            f"**Answer: {question.answer_text}.** {question.explanation}"
            if answers
            else f"**Answer:** {_ROOM} {question.unit}".rstrip(),
            "",
        ]
    lines += ["## Equations of steps 5 and 6", "", *(f"- {each}" for each in _EQUATIONS)]
    return "\n".join(lines) + "\n"


def _for_teacher(crystal: str, atom: str, address: str) -> list[str]:
    return [
        f"# {TITLE}",
        f"Hand-out for the teacher · crystal: **{crystal}**, atom {atom} · {TIMING}",
        "",
        "## Goals",
        "",
        "After the lesson, students can",
        "",
        *(f"- {goal};" for goal in GOALS),
        "",
        f"Open the Learn page with `{address}`; add `&step=5` to go straight to a step, "
        "`&projector=true` for large type. All numbers are computed live, offline. "
        "Answers below hold for this crystal and atom.",
        "",
        "## Nine ideas, nine questions",
        "",
    ]


def _for_students(crystal: str, atom: str) -> list[str]:
    return [
        f"# {TITLE}",
        f"Name: {_ROOM} · crystal: **{crystal}**, atom {atom}",
        "",
        "Open the page Learn, choose this crystal and this atom, and go from step to "
        "step.",
        "",
    ]


def _choices(question: Question) -> str:
    return f" ({' / '.join(question.options)})" if question.options else ""


def handout_html(markdown: str) -> str:
    """Turn the hand-out into a page that prints on two sheets; raw HTML is escaped."""
    body = MarkdownIt("commonmark", {"html": False}).render(markdown)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{escape(TITLE)}</title>\n<style>{_PRINT}</style>\n</head>\n"
        f"<body>\n{body}</body>\n</html>\n"
    )
