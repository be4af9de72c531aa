"""Stubs: functions and classes with ``...`` for what a student writes, and what belongs there."""

import ast
from collections.abc import Iterator, Sequence

from nbformat import NotebookNode

Definition = ast.FunctionDef | ast.ClassDef


def tagged(cell: NotebookNode, tag: str) -> bool:
    return tag in cell.metadata.get("tags", [])


def definitions(cells: Sequence[NotebookNode], tag: str) -> dict[str, tuple[Definition, str]]:
    """{name: (tree, source of its cell)} of what the cells with this tag define."""
    return {
        node.name: (node, cell.source)
        for cell in cells
        if tagged(cell, tag)
        for node in ast.parse(cell.source).body
        if isinstance(node, Definition)
    }


def functions(node: Definition) -> dict[str, ast.FunctionDef]:
    """{dotted name: function}: the function itself, or a class's methods."""
    if isinstance(node, ast.FunctionDef):
        return {node.name: node}
    return {f"{node.name}.{f.name}": f for f in node.body if isinstance(f, ast.FunctionDef)}


def unwritten(node: ast.FunctionDef) -> bool:
    """Does the function end in ``...``?"""
    last = node.body[-1]
    return (
        isinstance(last, ast.Expr)
        and isinstance(last.value, ast.Constant)
        and last.value.value is ...
    )


def body(node: ast.FunctionDef) -> list[ast.stmt]:
    """What the function does, without its docstring."""
    return node.body[ast.get_docstring(node) is not None :]


def lines(node: ast.FunctionDef, source: str) -> tuple[int, int]:
    """Where its body stands in the source, comments above it too: first and last line, from 0."""
    first = body(node)[0]
    text, start = source.splitlines(), first.lineno - 1
    while text[start - 1].lstrip().startswith("#"):
        start -= 1
    return start, node.end_lineno or start


def differences(stub: Definition, full: Definition) -> Iterator[str]:
    """Where a stub promises what the finished one does not keep."""
    mine, theirs = functions(stub), functions(full)
    if [*mine] != [*theirs]:
        yield f"the stub has {', '.join(mine)}; the chapter {', '.join(theirs)}"
        return
    if isinstance(stub, ast.ClassDef) and isinstance(full, ast.ClassDef):
        if [*map(ast.unparse, stub.bases)] != [*map(ast.unparse, full.bases)]:
            yield "other base classes than in the chapter"
    for name, function in mine.items():
        heads = [
            (ast.unparse(f.args), [*map(ast.unparse, f.decorator_list)])
            for f in (function, theirs[name])
        ]
        if heads[0] != heads[1]:
            yield f"{name}({heads[0][0]}) is {name}({heads[1][0]}) in the chapter"
        given = [*map(ast.dump, body(function))] == [*map(ast.dump, body(theirs[name]))]
        if not unwritten(function) and not given:
            yield f"{name}, which is given, is another in the chapter"


def completed(source: str, stub: Definition, replace: dict[str, list[str]]) -> str:
    """The stub's source with lines in the place of each ``...``."""
    text = source.splitlines()
    for name, function in reversed(functions(stub).items()):
        if unwritten(function):
            start, end = lines(function, source)
            text[start:end] = replace[name]
    return "\n".join(text)
