"""Crystals whose every text field holds markup that would give itself away if it ran."""

import io
import json
import zipfile

MARK = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>"
# A file's own name cannot hold a slash.
NAME = "<img src=x onerror='window.hacked=1'>[a](javascript:window.hacked=1)`$x$`"

CIF = f"""data_{MARK.replace(" ", "_")}
_audit_creation_method "{MARK}"
_chemical_name_common "{MARK}"
_publ_section_title
;
{MARK}
;
_cell_length_a 4.21
_cell_length_b 4.21
_cell_length_c 4.21
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'F m -3 m'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Mg1<script>window.hacked=1</script> Mg 0 0 0
O1<b>x</b> O .5 .5 .5
"""
POSCAR = f"""{MARK}
1.0
4.12 0 0
0 4.12 0
0 0 4.12
Cs Cl
1 1
Direct
0 0 0 {MARK}
.5 .5 .5 {MARK}
"""
_COLUMNS = "Properties=species:S:1:pos:R:3:name:S:1"
XYZ = f"""2
Lattice="2.87 0 0 0 2.87 0 0 0 2.87" {_COLUMNS} title="{MARK}"
Fe 0 0 0 <script>window.hacked=1</script>
Fe 1.435 1.435 1.435 <b>x</b>
"""
JSON = json.dumps(
    {
        "@module": "pymatgen.core.structure",
        "@class": MARK,
        "properties": {"name": MARK, MARK: MARK},
        "lattice": {"matrix": [[5, 0, 0], [0, 5, 0], [0, 0, 5]], "title": MARK},
        "sites": [
            {
                "species": [{"element": "Po", "occu": 1, "note": MARK}],
                "abc": [0, 0, 0],
                "label": MARK,
                "properties": {MARK: MARK},
            }
        ],
    }
)
# Letters that look like others, marks that turn text round or are not seen, escapes of a
# terminal, a way up, and more characters than any field needs.
STRANGE = "Ⲛаϲl \u202elFC.exe\u202c\u200b\u2066 \x1b[31m ../../etc/passwd "
LONG = f"{MARK}{STRANGE}{'W' * 10_000}"
MANY = "".join(
    f"{CIF}\n".replace(MARK.replace(" ", "_"), f"{number}{name}").replace(MARK, LONG)
    for number, name in enumerate((MARK.replace(" ", "_"), "W" * 10_000, "Ⲛаϲl"))
)
GOOD = {"cif": CIF, "vasp": POSCAR, "xyz": XYZ, "json": JSON}

# Errors quote what they do not understand.
BAD = {
    "element.vasp": POSCAR.replace("Cs Cl", f"Cs {MARK.split()[0]}x"),
    "element.json": JSON.replace('"Po"', json.dumps(MARK)),
    "coordinate.cif": CIF.replace("0 0 0", f"{MARK.replace(' ', '_')} 0 0", 1),
    "group.cif": CIF.replace("'F m -3 m'", f'"{MARK}"'),
    "formula.cif": CIF.replace("loop_", f'_chemical_formula_sum "Mg {MARK}"\nloop_'),
    "disordered.cif": CIF.replace("Mg 0 0 0", "Mg 0 0 0 0.5")
    .replace("O .5 .5 .5", "O .5 .5 .5 1")
    .replace("_atom_site_fract_z", "_atom_site_fract_z\n_atom_site_occupancy"),
    "nothing.txt": MARK,
}


def zipped(files: dict[str, str]) -> bytes:
    """Pack some texts under their names."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()
