"""Small mistakes in a module's source: where they can be made, and making one."""

import ast
import copy
from collections.abc import Iterator

_COMPARISONS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_ARITHMETIC = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


def mistakes(tree: ast.Module) -> Iterator[ast.AST]:
    """Nodes of a module in which a mistake can be made that could change an answer."""
    skipped = {
        id(inner)
        for node in ast.walk(tree)
        for part in _unread(node)
        for inner in ast.walk(part)
    }
    for node in ast.walk(tree):
        if id(node) not in skipped and _turned(copy.deepcopy(node)) is not None:
            yield node


def _unread(node: ast.AST) -> Iterator[ast.AST]:
    """Messages, types, decorators, and ``strict=True`` where lengths are equal anyway."""
    if isinstance(node, ast.Raise | ast.JoinedStr):
        yield node
    if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
        yield node.annotation
    if isinstance(node, ast.FunctionDef) and node.returns:
        yield node.returns
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield from node.decorator_list
    if isinstance(node, ast.keyword) and node.arg == "strict":
        yield node


def _turned(node: ast.AST) -> ast.AST | None:
    """The node with a mistake in it, changed in place; None where none can be made."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARISONS:
        node.ops[0] = _COMPARISONS[type(node.ops[0])]()
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _ARITHMETIC:
        node.op = _ARITHMETIC[type(node.op)]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.And() if isinstance(node.op, ast.Or) else ast.Or()
    elif isinstance(node, ast.IfExp):
        node.body, node.orelse = node.orelse, node.body
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        node.value = not node.value
    elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        node.value += 1
    else:
        return None
    return node


def make(text: str, number: int) -> tuple[str, int, str]:
    """A module with one mistake, the line of the mistake, and what it is."""
    tree = ast.parse(text)
    node = list(mistakes(tree))[number]
    before, line = ast.unparse(node), node.lineno
    _turned(node)
    said = f"{before} -> {ast.unparse(node)}"
    return ast.unparse(ast.fix_missing_locations(tree)), line, said
