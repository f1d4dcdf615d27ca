"""Small seeds, all written by the project: every format, and what once did harm."""

import gzip
import json
from itertools import cycle, islice

import numpy as np

from tests.support.code_files import FILES
from tests.support.crystal_files import (
    FORMATS,
    NA_XYZ,
    cif,
    data_row,
    group,
    operations,
    poscar,
    table,
    xyz,
)
from tests.support.zips import packed

NACL = [("Na1", 0, 0, 0, 1), ("Cl1", 0.5, 0.5, 0.5, 1)]
_SHEAR = np.array([[1, 0, 0], [100, 1, 0], [100, 100, 1]])

HOSTILE = {
    "atoms 200 cells away": data_row(
        np.eye(3) * 4, [[200, 200, -200], [0.5] * 3], ["Na", "Cl"]
    ),
    "sheared cell": data_row(0.6 * _SHEAR, [[0, 0, 0]], ["H"]),
    "sheared larger cell": data_row(3.0 * _SHEAR, [[0.1, 0.2, 0.3]], ["Po"]),
    "sheet in a vacuum": data_row(
        [[3.16, 0, 0], [-1.58, 2.7366, 0], [0, 0, 60]],
        [[1 / 3, 2 / 3, 0.5], [2 / 3, 1 / 3, 0.526], [2 / 3, 1 / 3, 0.474]],
        ["Mo", "S", "S"],
    ),
    "cluster and one atom far away": data_row(
        np.diag([8, 99, 99]),
        [[0, 0, 0.5], *np.random.default_rng(0).random((60, 3)) * [1, 0.05, 0.05]],
        ["H"] * 61,
    ),
    "line of quotes": cif(NACL, header="_t " + "'x " * 700),
    "group without operations": cif(NACL, header=group("F m -3 m\u0301\x1b[31m;l P M")),
    "wide rows": cif([(*site, *"1" * 400) for site in NACL]),
    "many columns": xyz(*(f"{row} {'0 ' * 600}" for row in NA_XYZ)),
    "blank lines": "\n" * 3000 + poscar(rows=table([[0, 0, 0]] * 8)),
    "letters that turn the terminal red": poscar(comment="\x1b[31mNaCl\x07\u202e"),
    "operations of no group": cif(NACL, header=operations("x,y,z", "-x,y+1/7,z")),
    "YAML that grows": "unit_cell:\n  a: &a [0,0]\n  b: &b [*a,*a]\n  lattice: *b\n"
    "  points:\n  - coordinates: *b\n",
    "nested XML": "<modeling>" + '<array name="atoms">' * 300,
    "nested JSON": '{"data":' * 300,
    # A number that a pattern can part in two ways doubles its time with every digit.
    "rows of digits": f"{'1' * 12} {'1' * 12} {'1' * 12}\n" * 5,
    "rows of digits in a CUBE": "\n\n" + f"{'1' * 20}{' 1' * 3}{'1' * 9_000}\n" * 4,
    "blanks in a CSSR": f"5 5 5\n90 90 90 SPGR = 1{' ' * 9_000}x{'x' * 60}\n1 0\n",
    "steps with no cell": "CRYSTAL\nPRIMVEC\n" + "PRIMCOORD\n1 1\n" * 300,
}


def seeds() -> dict[str, bytes]:
    """Every seed by its name: texts, packed texts, and zips."""
    texts = {**FILES, **FORMATS, **HOSTILE}
    found = {name: text.encode() for name, text in texts.items()}
    some = list(islice(found.items(), 0, None, 9))
    found |= {f"{name}, gzip": gzip.compress(text, mtime=0) for name, text in some}
    members = [(f"{n}/file.{n}", text) for n, (_, text) in enumerate(some)]
    found["zip"] = packed(*members[:4])
    found["zip of zip"] = packed(("a.zip", packed(*members[:2])), members[2])
    found["zip of gzip"] = packed(("a.gz", gzip.compress(members[0][1], mtime=0)))
    found["zip of names"] = packed(*zip(_NAMES, cycle([members[0][1]]), strict=False))
    found["JSON of all"] = json.dumps(
        [json.loads(text) for text in FILES.values() if text.lstrip()[:1] == "{"]
    ).encode()
    return found


_NAMES = ("../../etc/a.cif", "\x1b[2Jb.cif", "a\u202efic.cif", "n" * 300, "<script>.cif")
