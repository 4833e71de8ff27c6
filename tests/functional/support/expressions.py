"""DynamoDB's expressions, each parsed once into functions of an item as JSON has it.

The grammar: docs.aws.amazon.com/amazondynamodb/latest/developerguide/, pages
Expressions.OperatorsAndFunctions and Expressions.UpdateExpressions; of it, what the functions use.
The rest is refused.
"""

import base64
import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

type Value = dict[str, Any]
"""`{"S": "text"}`; bytes are in base64."""

type Item = dict[str, Value]

_TOKENS = re.compile(r"[#:]?\w+|<>|<=|>=|\S")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Invalid(Exception):
    """DynamoDB refuses the request."""


class Scope(NamedTuple):
    """What an expression is evaluated on."""

    item: Item
    names: Mapping[str, str] = {}
    values: Mapping[str, Value] = {}


type Operand = Callable[[Scope], Value | None]
type Condition = Callable[[Scope], bool]
type Change = tuple[str, str, Operand | None]
"""SET, REMOVE or ADD, of an attribute, and the value."""


@cache
def condition(text: str) -> Condition:
    """Of a condition or a filter; an empty one always holds."""
    parser = _Parser(text)
    return parser.whole(parser.condition()) if text else lambda _: True


@cache
def key_condition(text: str) -> tuple[Condition, Operand]:
    """The condition, and the value of the partition, which it has first."""
    parser = _Parser(text)
    held = parser.whole(parser.condition())
    if parser.tokens[:2] != ["pk", "="] or not parser.attributes <= {"pk", "sk"}:
        raise Invalid(f"Query key condition not supported: {text}")
    partition = parser.tokens[2]
    return held, lambda scope: _value_of(scope, partition)


@cache
def projection(text: str) -> Callable[[Scope], Item]:
    """The attributes that are named, of an item."""
    parser = _Parser(text)
    attributes = [parser.attribute()]
    while parser.accept(","):
        attributes.append(parser.attribute())
    parser.whole(None)

    def project(scope: Scope) -> Item:
        names = [_name_of(scope, attribute) for attribute in attributes]
        return {name: scope.item[name] for name in names if name in scope.item}

    return project


def updated(text: str, scope: Scope) -> tuple[Item, set[str]]:
    """The item after the update, and the attributes that it names."""
    changes = [(verb, _name_of(scope, one), new) for verb, one, new in _changes(text)]
    named = {name for _, name, _ in changes}
    if len(named) < len(changes):
        raise Invalid("Two document paths overlap with each other")
    item = {**scope.item}
    for verb, name, operand in changes:
        value = operand and operand(scope)
        if operand and value is None:
            raise Invalid("The provided expression refers to an attribute that does not exist")
        if value is None:
            item.pop(name, None)
        else:
            item[name] = _added(item.get(name), value) if verb == "ADD" else value
    return item, named


@cache
def _changes(text: str) -> list[Change]:
    parser = _Parser(text)
    changes: list[Change] = []
    verbs: set[str] = set()
    while parser.left():
        verb = parser.take().upper()
        if verb not in {"SET", "REMOVE", "ADD"} - verbs:
            raise Invalid(f"Invalid UpdateExpression: {text}")
        verbs.add(verb)
        changes.append(parser.change(verb))
        while parser.accept(","):
            changes.append(parser.change(verb))
    return changes


class _Parser:
    """Reads one expression from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[str] = _TOKENS.findall(text)
        self.attributes: set[str] = set()
        self._at = 0

    def left(self) -> bool:
        return self._at < len(self.tokens)

    def whole[Result](self, result: Result) -> Result:
        if self.left():
            raise Invalid(f"Syntax error at {self.tokens[self._at]}: {self.text}")
        return result

    def take(self, wanted: str = "") -> str:
        if not self.left() or (wanted and self.tokens[self._at].upper() != wanted):
            raise Invalid(f"Syntax error: {self.text}")
        self._at += 1
        return self.tokens[self._at - 1]

    def accept(self, *wanted: str) -> bool:
        """Takes these tokens if they are next."""
        found = [one.upper() for one in self.tokens[self._at : self._at + len(wanted)]]
        if found == list(wanted):
            self._at += len(wanted)
        return found == list(wanted)

    def attribute(self) -> str:
        name = self.take()
        if not re.fullmatch(r"#?\w+", name):
            raise Invalid(f"{name} is no attribute: {self.text}")
        self.attributes.add(name)
        return name

    def condition(self) -> Condition:
        either = [self._both()]
        while self.accept("OR"):
            either.append(self._both())
        return either[0] if len(either) == 1 else lambda scope: any(one(scope) for one in either)

    def _both(self) -> Condition:
        parts = [self._one()]
        while self.accept("AND"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda scope: all(one(scope) for one in parts)

    def _one(self) -> Condition:
        if self.accept("NOT"):
            refused = self._one()
            return lambda scope: not refused(scope)
        if self.accept("("):
            inner = self.condition()
            self.take(")")
            return inner
        for name, function in _FUNCTIONS.items():
            if self.accept(name, "("):
                operands = self._operands()
                return lambda scope: function(*(one(scope) for one in operands))
        return self._comparison(self.operand())

    def _comparison(self, left: Operand) -> Condition:
        if self.accept("IN", "("):
            members = self._operands()
            return lambda scope: any(_equal(left(scope), one(scope)) for one in members)
        sign, right = self.take().upper(), self.operand()
        if sign == "BETWEEN":
            self.take("AND")
            high = self.operand()
            return lambda scope: (
                _ordered(operator.le, right(scope), left(scope))
                and _ordered(operator.le, left(scope), high(scope))
            )
        if sign == "=":
            return lambda scope: _equal(left(scope), right(scope))
        if sign == "<>":
            return lambda scope: not _equal(left(scope), right(scope))
        if sign not in _COMPARE:
            raise Invalid(f"Syntax error at {sign}: {self.text}")
        return lambda scope: _ordered(_COMPARE[sign], left(scope), right(scope))

    def _operands(self) -> list[Operand]:
        """Up to the closing parenthesis."""
        operands = [self.operand()]
        while self.accept(","):
            operands.append(self.operand())
        self.take(")")
        return operands

    def operand(self) -> Operand:
        if self.left() and self.tokens[self._at].startswith(":"):
            name = self.take()
            return lambda scope: _value_of(scope, name)
        attribute = self.attribute()
        return lambda scope: scope.item.get(_name_of(scope, attribute))

    def change(self, verb: str) -> Change:
        attribute = self.attribute()
        if verb == "SET":
            self.take("=")
            return verb, attribute, self.operand()
        return verb, attribute, None if verb == "REMOVE" else self.operand()


def _value_of(scope: Scope, name: str) -> Value:
    if name not in scope.values:
        raise Invalid(f"An expression attribute value is not defined: {name}")
    return scope.values[name]


def _name_of(scope: Scope, attribute: str) -> str:
    if not attribute.startswith("#"):
        return attribute
    if attribute not in scope.names:
        raise Invalid(f"An expression attribute name is not defined: {attribute}")
    return scope.names[attribute]


def _equal(left: Value | None, right: Value | None) -> bool:
    if left is None or right is None:
        return False
    if left.keys() == right.keys() == {"N"}:
        return Decimal(left["N"]) == Decimal(right["N"])
    return left == right


def _ordered(compare: Callable[[Any, Any], bool], left: Value | None, right: Value | None) -> bool:
    """Texts are ordered by UTF-8, in which they have the order of their characters."""
    if left is None or right is None or left.keys() != right.keys():
        return False
    ((kind, value),), ((_, other),) = left.items(), right.items()
    if kind == "N":
        return compare(Decimal(value), Decimal(other))
    if kind == "B":
        return compare(base64.b64decode(value), base64.b64decode(other))
    return kind == "S" and compare(value, other)


def _added(old: Value | None, new: Value) -> Value:
    """The sum of numbers, or a set with further members."""
    ((kind, more),) = new.items()
    if kind not in {"N", "SS"} or (old is not None and kind not in old):
        raise Invalid("Incorrect operand type for operator or function; operator: ADD")
    if kind == "N":
        total = Decimal(old["N"] if old else 0) + Decimal(more)
        return {"N": f"{total.normalize():f}"}
    kept = old["SS"] if old else []
    return {"SS": [*kept, *(one for one in more if one not in kept)]}


def _contains(value: Value | None, part: Value) -> bool:
    """Whether a text has this part, or a list or a set of texts this member."""
    if value is None:
        return False
    ((kind, content),) = value.items()
    if kind in {"S", "SS"}:
        return "S" in part and part["S"] in content
    return kind == "L" and part in content


_FUNCTIONS: dict[str, Callable[..., bool]] = {
    "ATTRIBUTE_EXISTS": lambda value: value is not None,
    "ATTRIBUTE_NOT_EXISTS": lambda value: value is None,
    "CONTAINS": _contains,
}
