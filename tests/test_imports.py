"""Streamlit only where pages are drawn, and no more loaded than is needed."""

import ast
import subprocess
import sys

import pytest

from crysformer.paths import ROOT

PACKAGE = ROOT / "crysformer"


MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for path in PACKAGE.rglob("*.py")
}


def imports(path):
    """Names of the modules that a file imports, inside functions or not."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("name", sorted(MODULES))
def test_streamlit_is_imported_by_the_ui_only(name):
    uses = any(found.split(".")[0] == "streamlit" for found in imports(MODULES[name]))
    assert not uses or name.startswith("crysformer.ui")


def test_predicting_loads_neither_streamlit_nor_plots_nor_torch_geometric():
    code = (
        "import sys, crysformer.predict\n"
        "heavy = {'streamlit', 'plotly', 'torch_geometric', 'stmol'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


def test_the_first_four_steps_need_no_torch():
    code = (
        "import sys\n"
        "import crysformer.ui.learn.graphs, crysformer.ui.learn.frame\n"
        "from crysformer.lesson import figures, scenes\n"
        "from crysformer.ui.learn import cached\n"
        "from crysformer.library.catalogue import load_library\n"
        "from crysformer.graph.crystal import CrystalGraph\n"
        "from crysformer.lesson.neighbourhood import neighbourhood_of\n"
        "config = cached.architecture()\n"
        "salt = load_library()['rock-salt-nacl'].structure()\n"
        "graph = CrystalGraph.of(salt, config.neighbour_rule)\n"
        "around = neighbourhood_of(graph, 0)\n"
        "scenes.angle_scene(graph, around, 0)\n"
        "figures.gaussian_bars(2.0, config)\n"
        "print('torch' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "False"


def loaded_by(modules):
    """What importing some modules loads of the packages that take seconds."""
    code = (
        f"import sys, {', '.join(modules)}\n"
        "heavy = {'torch', 'pandas', 'plotly.express', 'scipy.spatial', 'ase'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    return done.stdout.strip()


@pytest.mark.parametrize(
    "page", ["app.py", "pages/1_Attention.py", "pages/2_Compare.py", "pages/4_Learn.py"]
)
def test_what_a_page_imports_before_its_first_picture_is_light(page):
    modules = {name for name in imports(ROOT / page) if name in MODULES}
    assert "crysformer.ui.session.answers" in modules
    assert loaded_by(sorted(modules)) == "[]"


def test_help_needs_nothing_that_takes_seconds():
    assert loaded_by(["crysformer.cli.parser"]) == "[]"
