"""The page docs/formats.md, from the table of formats.

python -m crysformer.structure.formats.listing > docs/formats.md
"""

from crysformer.structure.formats.others import OTHERS
from crysformer.structure.formats.raw import MAX_SITES
from crysformer.structure.formats.recognise import TABLE

_HEAD = f"""# Formats

Made from the code: `python -m crysformer.structure.formats.listing > docs/formats.md`.

A file is recognised by its content; its name does not matter. Each may also be packed
with gzip, and many of them in a zip. One crystal has at most {MAX_SITES} atoms. Where a
file holds many crystals, the Batch page and `crysformer screen` read all of them, and
pages of one crystal have a slider over them. The first is shown at first, and what
commands of one crystal take; of the steps of a calculation it is the last.

| format | usual names | one file holds |
|---|---|---|
"""
_TAIL = """
Known, and refused with a sentence that says what it is:
"""


def formats_page() -> str:
    """Return the page as Markdown."""
    rows = [f"| {each.name} | {each.files} | {each.holds} |" for each in TABLE]
    others = [f"- {other.name}" for other in OTHERS]
    return _HEAD + "\n".join(rows) + "\n" + _TAIL + "\n" + "\n".join(others) + "\n"


if __name__ == "__main__":
    print(formats_page(), end="")
