"""What no line of the project does: run or unpickle what somebody gave it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from crysformer.paths import ROOT

# Questions and answers of our own processes, through pipes that nobody else has, or in a
# cluster of Ray's, whose own messages are pickles.
BETWEEN_OURSELVES = {
    "crysformer/screening/distributed.py",
    "crysformer/screening/workers.py",
    "crysformer/workers/process.py",
    "crysformer/workers/serve.py",
}
FILES = [
    ROOT / "app.py",
    *(ROOT / "pages").glob("*.py"),
    *(ROOT / "crysformer").rglob("*.py"),
]
UNPICKLING = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib"}
RUNNING = {"eval", "exec", "compile", "__import__"}
CALLS = {
    "os.system": "hands text to a shell",
    "os.popen": "hands text to a shell",
    "yaml.load_all": "builds any object",
    "yaml.unsafe_load": "builds any object",
    "yaml.full_load": "builds any object",
    "pd.read_pickle": "unpickles",
    "pd.eval": "runs text",
    "pickle.load": "unpickles a file",
}


def faults(text: str, *, may_pickle: bool = False) -> Iterator[str]:
    """What a module does that could run what somebody gave it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import | ast.ImportFrom) and not may_pickle:
            names = (
                [each.name for each in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
            )
            yield from (f"imports {name}" for name in names if name in UNPICKLING)
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        given = {word.arg: ast.unparse(word.value) for word in node.keywords}
        if called in RUNNING or called in CALLS:
            yield f"{called}: {CALLS.get(called, 'runs text')}"
        if called == "torch.load" and given.get("weights_only") != "True":
            yield "torch.load without weights_only=True"
        if called == "np.load" and given.get("allow_pickle") == "True":
            yield "np.load with allow_pickle"
        if (
            called == "yaml.load"
            and "Safe" not in given.get("Loader", "")
            and (given.get("Loader") != "_loader()")
        ):
            yield "yaml.load without a safe loader"
        if given.get("shell") == "True":
            yield "a shell"
        if given.get("unsafe_allow_html") == "True":
            yield "HTML in Markdown"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_nothing_given_is_run(file):
    may_pickle = str(file.relative_to(ROOT)) in BETWEEN_OURSELVES
    assert list(faults(file.read_text("utf-8"), may_pickle=may_pickle)) == []


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from joblib import load",
        "eval(text)",
        "exec(text)",
        "torch.load(file)",
        "torch.load(file, weights_only=False)",
        "np.load(file, allow_pickle=True)",
        "yaml.load(text, Loader=yaml.Loader)",
        "subprocess.run(text, shell=True)",
        "st.markdown(text, unsafe_allow_html=True)",
        "os.system(text)",
    ],
)
def test_the_search_finds(line):
    assert list(faults(line))


def test_processes_that_pickle_have_no_other_readers():
    """The list above is of files that are there, and is short."""
    assert all(Path(ROOT / name).is_file() for name in BETWEEN_OURSELVES)
