"""The direction of imports: one way, and Streamlit only where pages are drawn."""

import ast
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "crysformer"
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): path
    for path in PACKAGE.rglob("*.py")
}
# Each floor may use itself and what lies below, never what lies above.
FLOORS = (
    {"errors", "config"},
    {"structures", "library"},
    {"cell"},
    {"graph"},
    {"symmetry"},
    {"batch"},
    {"model"},
    {"checkpoint"},
    {"predict"},
    {"cli", "answers"},
)


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


GRAPH = {name: imports(path) & MODULES.keys() for name, path in MODULES.items()}


def reachable(name):
    """Every module of the package that one needs, itself included."""
    seen, waiting = set(), [name]
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting += GRAPH[module]
    return seen


def test_imports_have_no_cycle():
    list(TopologicalSorter(GRAPH).static_order())


@pytest.mark.parametrize("name", sorted(MODULES))
def test_streamlit_is_imported_by_the_ui_only(name):
    uses = any(found.split(".")[0] == "streamlit" for found in imports(MODULES[name]))
    assert not uses or name.startswith("crysformer.ui")


@pytest.mark.parametrize("floor", range(len(FLOORS)))
def test_no_floor_needs_one_above(floor):
    above = {f"crysformer.{name}" for names in FLOORS[floor + 1 :] for name in names}
    for name in FLOORS[floor]:
        assert not reachable(f"crysformer.{name}") & above, name


@pytest.mark.parametrize("name", sorted(n for n in MODULES if ".ui" not in n))
def test_the_library_needs_nothing_of_the_ui(name):
    assert not [found for found in reachable(name) if ".ui" in found]


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
