"""Plants classical faults into functions: each mutant is a function with one small change."""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import registration_sync

PACKAGE = Path(registration_sync.__path__[0])

CONDITION = "A condition turned around"
BOUND = "A comparison with the other bound, or turned around"
JOINED = "`and` in place of `or`, or the other way round"
NUMBER = "A number that is one higher or lower"
FLAG = "A flag turned around"
LEFT_OUT = "A statement left out"
AT_ONCE = "A function that returns at once"

FAULTS = (CONDITION, BOUND, JOINED, NUMBER, FLAG, LEFT_OUT, AT_ONCE)

type Function = ast.FunctionDef
type Site = tuple[str, int, str, Callable[[], None]]
"""The fault, the line, what changes, and the function that changes the tree."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """`module` is below the package, such as `use_cases.runs.lease`; `number` counts its mutants;
    `change` is the passage before and after."""

    module: str
    function: str
    number: int
    fault: str
    line: int
    change: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line} {self.function}: {self.change}"


def source_of(module: str) -> str:
    return PACKAGE.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")


def mutants_of(module: str, source: str | None = None) -> list[Mutant]:
    """All mutants of the module's functions and methods."""
    tree = ast.parse(source_of(module) if source is None else source)
    return [
        Mutant(module, function, number, fault, line, change)
        for number, (function, (fault, line, change, _)) in enumerate(_sites_in(tree))
    ]


def planted(mutant: Mutant, source: str | None = None) -> ast.Module:
    """The module with the mutant's change."""
    tree = ast.parse(source_of(mutant.module) if source is None else source)
    _, (_, _, change, apply) = list(_sites_in(tree))[mutant.number]
    assert change == mutant.change, "the module has changed"
    apply()
    return ast.fix_missing_locations(tree)


def plant(mutant: Mutant) -> None:
    """Changes the function in this process, wherever it was imported."""
    found = _live(sys.modules[f"registration_sync.{mutant.module}"], mutant.function)
    code = compile(planted(mutant), found.__code__.co_filename, "exec")
    changed = _code_in(code, mutant.function.split("."))
    if not changed.co_freevars:  # a call of super() may be left out
        changed = changed.replace(co_freevars=found.__code__.co_freevars)
    found.__code__ = changed


def _live(module: Any, name: str) -> FunctionType:
    owner: Any = module
    for part in name.split("."):
        owner = inspect.getattr_static(owner, part)
    if isinstance(owner, property):
        owner = owner.fget
    if isinstance(owner, classmethod | staticmethod):
        owner = owner.__func__
    found: FunctionType = inspect.unwrap(owner)
    return found


def _code_in(code: CodeType, names: list[str]) -> CodeType:
    """The code of the function; that of a generic one is inside of its type parameters."""
    if not names:
        return code
    inner = [one for one in code.co_consts if isinstance(one, CodeType)]
    for one in inner:
        if one.co_name == names[0]:
            return _code_in(one, names[1:])
    generic = next(one for one in inner if one.co_name.endswith(f" of {names[0]}>"))
    return _code_in(generic, names)


def _sites_in(tree: ast.Module) -> Iterator[tuple[str, Site]]:
    for name, function in functions_in(tree):
        for site in _sites(function):
            yield name, site


def functions_in(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """The functions and methods, by their qualified name; those inside of functions belong to
    these."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, ast.FunctionDef):
                    yield f"{node.name}.{inner.name}", inner


def _sites(function: Function) -> Iterator[Site]:
    body = function.body
    start = 1 if ast.get_docstring(function) else 0
    if len(body) > start + 1 or not isinstance(body[-1], ast.Return | ast.Raise | ast.Expr):
        yield (
            AT_ONCE,
            body[start].lineno if start < len(body) else function.lineno,
            "returns at once",
            lambda: body.insert(start, ast.Return()),
        )
    for statement in body[start:]:
        yield from _in(statement, body)


def _in(node: ast.AST, block: list[ast.stmt]) -> Iterator[Site]:
    if isinstance(node, ast.stmt):
        yield from _left_out(node, block)
    yield from _changed(node)
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "decorator_list", "args"} and not isinstance(
            node, ast.Call
        ):
            continue
        if isinstance(node, ast.JoinedStr | ast.Raise):
            continue  # words for people
        if isinstance(value, list):
            inner = value if value and isinstance(value[0], ast.stmt) else block
            for one in list(value):
                if isinstance(one, ast.AST):
                    yield from _in(one, inner)
        elif isinstance(value, ast.AST):
            yield from _in(value, block)


def _left_out(node: ast.stmt, block: list[ast.stmt]) -> Iterator[Site]:
    is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    sets = isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(
        node.targets[0] if isinstance(node, ast.Assign) else node.target,
        ast.Attribute | ast.Subscript,
    )
    stops = isinstance(node, ast.Raise | ast.Continue | ast.Break | ast.AugAssign)
    returns = isinstance(node, ast.Return) and block[-1] is not node
    if is_call or sets or stops or returns:
        text = ast.unparse(node)
        yield LEFT_OUT, node.lineno, f"without `{text}`", lambda: _put(block, node, ast.Pass())


def _put(block: list[ast.stmt], old: ast.stmt, new: ast.stmt) -> None:
    block[block.index(old)] = new


_OTHER: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}


def _changed(node: ast.AST) -> Iterator[Site]:
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        yield from _negated(node)
    if isinstance(node, ast.comprehension):
        for number, test in enumerate(node.ifs):
            yield from _negated_if(node, number, test)
    if isinstance(node, ast.Compare):
        for number, operator in enumerate(node.ops):
            yield _site(BOUND, node, _setter(node.ops, number, _OTHER[type(operator)]()))
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield _site(JOINED, node, _attribute(node, "op", other))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        other_sign = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
        if not isinstance(node.left, ast.Constant | ast.JoinedStr) or _is_number(node.left):
            yield _site(NUMBER, node, _attribute(node, "op", other_sign))
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield _site(FLAG, node, _attribute(node, "value", not node.value))
    elif _is_number(node) and isinstance(node, ast.Constant):
        yield _site(NUMBER, node, _attribute(node, "value", node.value + 1))  # type: ignore[operator]


def _is_number(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    )


def _negated(node: ast.If | ast.While | ast.IfExp) -> Iterator[Site]:
    if isinstance(node.test, ast.Compare) and len(node.test.ops) == 1:
        operator = type(node.test.ops[0])
        if operator in {ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn}:
            return  # the same as the comparison turned around
    opposite = ast.UnaryOp(ast.Not(), node.test)
    text = f"`{ast.unparse(node.test)}` → `{ast.unparse(ast.fix_missing_locations(opposite))}`"
    yield CONDITION, node.test.lineno, text, _attribute(node, "test", opposite)


def _negated_if(node: ast.comprehension, number: int, test: ast.expr) -> Iterator[Site]:
    opposite = ast.UnaryOp(ast.Not(), test)
    text = f"`{ast.unparse(test)}` → `{ast.unparse(ast.fix_missing_locations(opposite))}`"
    yield CONDITION, test.lineno, text, _setter(node.ifs, number, opposite)


def _site(fault: str, node: Any, apply: Callable[[], Callable[[], None]]) -> Site:
    """Applies the change for its text, and takes it back."""
    before = ast.unparse(node)
    undo = apply()
    after = ast.unparse(node)
    undo()
    return fault, node.lineno, f"`{before}` → `{after}`", lambda: _ignore(apply())


def _ignore(_undo: object) -> None: ...


def _attribute(node: Any, name: str, value: Any) -> Callable[[], Callable[[], None]]:
    old = getattr(node, name)

    def apply() -> Callable[[], None]:
        setattr(node, name, value)
        return lambda: setattr(node, name, old)

    return apply


def _setter(items: list[Any], number: int, value: Any) -> Callable[[], Callable[[], None]]:
    old = items[number]

    def apply() -> Callable[[], None]:
        items[number] = value
        return lambda: items.__setitem__(number, old)

    return apply
