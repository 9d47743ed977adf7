"""The tree that the analyser reads: libcst's vocabulary without white space, brackets and commas.

More than half of a libcst tree is layout, which the analyser never looks at and which takes nine
tenths of the time of a parse. Kinds of nodes and their fields are called as in libcst; what differs
is said where it does. Every node knows where it stands, so its text is a slice of the file's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

if TYPE_CHECKING:
    from typing_extensions import dataclass_transform
else:

    def dataclass_transform(**_options: object) -> Any:
        """For type checkers only, as Python 3.10 has none."""
        return lambda kind: kind


_NO_NODES: Final = frozenset({"str", "int", "float", "complex", "str | bytes", "Operator"})
"""Types of fields in which no code stands."""


@dataclass_transform(eq_default=False)
class _Kind(type):
    """Makes slots and a constructor of a kind's annotations; dataclasses take 5 times as long."""

    def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> _Kind:
        own: dict[str, str] = body.get("__annotations__", {})
        own = {field: kind for field, kind in own.items() if not kind.startswith("ClassVar")}
        if bases:
            body["__match_args__"] = tuple(own)
            body["parts"] = tuple(field for field, kind in own.items() if kind not in _NO_NODES)
            fields = ["start", "end", *own]
            lines = [f"def __init__(self, {', '.join(fields)}):"]
            made: dict[str, Any] = {}
            exec("\n ".join([*lines, *(f"self.{field} = {field}" for field in fields)]), made)
            body["__init__"] = made["__init__"]
        body["__slots__"] = tuple(own)
        return super().__new__(cls, name, bases, body)


class Node(metaclass=_Kind):
    """A piece of code: the bytes from ``start`` to ``end`` of its module's text in UTF-8."""

    start: int
    end: int
    parts: ClassVar[tuple[str, ...]] = ()
    """The fields that hold nodes, lists of them or None."""

    def __init__(self, start: int, end: int) -> None:
        self.start = start
        self.end = end


class Expression(Node):
    """What has a value."""


class Statement(Node):
    """A simple statement, or one that holds blocks."""


class Operator(Node):
    """What stands between operands; as there is one object for each, it stands nowhere."""


def children(node: Node) -> list[Node]:
    """What a piece of code consists of, in libcst's order (nearly that of the source)."""
    found: list[Node] = []
    for name in node.parts:
        value = getattr(node, name)
        if type(value) is list:
            found += value
        elif value is not None:
            found.append(value)
    return found


def walk(node: Node) -> Iterator[Node]:
    """A piece of code and all that it consists of."""
    stack = [node]
    while stack:
        part = stack.pop()
        yield part
        stack += children(part)


def path_to(start: Node, target: Node) -> list[Node] | None:
    """The nodes from ``start`` down to ``target``, both included; None where it is elsewhere."""
    stack: list[tuple[Node, Iterator[Node]]] = [(start, iter(children(start)))]
    while stack:
        if stack[-1][0] is target:
            return [node for node, _ in stack]
        child = next(stack[-1][1], None)
        if child is None:
            stack.pop()
        else:
            stack.append((child, iter(children(child))))
    return None


# -- names and literals ---------------------------------------------------------------------------


class Name(Expression):
    """A name; also ``True``, ``False`` and ``None``."""

    value: str


class Integer(Expression):
    """A literal, as its value (libcst has its text)."""

    value: int


class Float(Expression):
    """A literal, as its value."""

    value: float


class Imaginary(Expression):
    """A literal, as its value."""

    value: complex


class Ellipsis(Expression):
    """``...``"""


class String(Expression):
    """One literal, or several that stand side by side, as their value."""

    value: str | bytes


class FormattedString(Expression):
    """An f-string, with the literals beside it."""

    content: Sequence[FormattedStringText | FormattedStringExpression]


class FormattedStringText(Node):
    """The text between two replacement fields."""

    value: str


class FormattedStringExpression(Node):
    """A replacement field: ``{expression!r:format_spec}``."""

    expression: Expression
    conversion: str
    """``r``, ``s``, ``a`` or nothing."""
    format_spec: Sequence[FormattedStringText | FormattedStringExpression] | None


# -- displays -------------------------------------------------------------------------------------


class Element(Node):
    """An element of a list, a tuple or a set."""

    value: Expression


class StarredElement(Expression):
    """``*value``"""

    value: Expression


class DictElement(Node):
    """``key: value``"""

    key: Expression
    value: Expression


class StarredDictElement(Node):
    """``**value``"""

    value: Expression


class List(Expression):
    """``[a, b]``"""

    elements: Sequence[Element | StarredElement]


class Tuple(Expression):
    """``a, b`` with the brackets that it may have."""

    elements: Sequence[Element | StarredElement]


class Set(Expression):
    """``{a, b}``"""

    elements: Sequence[Element | StarredElement]


class Dict(Expression):
    """``{a: b}``"""

    elements: Sequence[DictElement | StarredDictElement]


class CompFor(Node):
    """``for target in iter if …`` and what is nested in it."""

    target: Expression
    iter: Expression
    ifs: Sequence[CompIf]
    inner_for_in: CompFor | None


class CompIf(Node):
    """A filter of a comprehension."""

    test: Expression


class ListComp(Expression):
    """``[elt for …]``"""

    elt: Expression
    for_in: CompFor


class SetComp(Expression):
    """``{elt for …}``"""

    elt: Expression
    for_in: CompFor


class GeneratorExp(Expression):
    """``(elt for …)``"""

    elt: Expression
    for_in: CompFor


class DictComp(Expression):
    """``{key: value for …}``"""

    key: Expression
    value: Expression
    for_in: CompFor


# -- operations -----------------------------------------------------------------------------------


class UnaryOperation(Expression):
    """``-x``, ``not x``…"""

    operator: Operator
    expression: Expression


class BinaryOperation(Expression):
    """``a + b``…"""

    left: Expression
    operator: Operator
    right: Expression


class BooleanOperation(Expression):
    """``a and b``, ``a or b``; ``a and b and c`` is ``(a and b) and c``."""

    left: Expression
    operator: Operator
    right: Expression


class Comparison(Expression):
    """``a < b <= c``"""

    left: Expression
    comparisons: Sequence[ComparisonTarget]


class ComparisonTarget(Node):
    """An operator of a comparison, with what stands at its right."""

    operator: Operator
    comparator: Expression


class IfExp(Expression):
    """``body if test else orelse``"""

    test: Expression
    body: Expression
    orelse: Expression


class NamedExpr(Expression):
    """``target := value``"""

    target: Expression
    value: Expression


class Await(Expression):
    """``await expression``"""

    expression: Expression


class Yield(Expression):
    """``yield value``, ``yield from …``"""

    value: Expression | From | None


class From(Node):
    """The ``from item`` of a ``yield``."""

    item: Expression


# -- attributes, items, calls ---------------------------------------------------------------------


class Attribute(Expression):
    """``value.attr``"""

    value: Expression
    attr: Name


class Subscript(Expression):
    """``value[…]``, with its indices and slices (libcst wraps each twice)."""

    value: Expression
    slice: Sequence[Expression | Slice]


class Slice(Node):
    """``lower:upper:step``"""

    lower: Expression | None
    upper: Expression | None
    step: Expression | None


class Call(Expression):
    """``func(…)``"""

    func: Expression
    args: Sequence[Arg]


class Arg(Node):
    """An argument; ``star`` is ``*``, ``**`` or empty."""

    value: Expression
    keyword: Name | None
    star: str


class Lambda(Expression):
    """``lambda …: body``"""

    params: Parameters
    body: Expression


class Parameters(Node):
    """The parameters of a function, by kind."""

    params: Sequence[Param]
    star_arg: Param | None
    kwonly_params: Sequence[Param]
    star_kwarg: Param | None
    posonly_params: Sequence[Param]


class Param(Node):
    """A parameter."""

    name: Name
    annotation: Expression | None
    default: Expression | None


# -- simple statements ----------------------------------------------------------------------------


class SimpleStatementLine(Statement):
    """The simple statements of one line."""

    body: Sequence[Statement]


class Expr(Statement):
    """An expression as a statement."""

    value: Expression


class Assign(Statement):
    """``a = b = value``"""

    targets: Sequence[AssignTarget]
    value: Expression


class AssignTarget(Node):
    """One target of an assignment."""

    target: Expression


class AnnAssign(Statement):
    """``target: annotation = value``"""

    target: Expression
    annotation: Expression
    value: Expression | None


class AugAssign(Statement):
    """``target += value``, with `Add` as its operator."""

    target: Expression
    operator: Operator
    value: Expression


class Return(Statement):
    """``return value``"""

    value: Expression | None


class Raise(Statement):
    """``raise exc from cause``"""

    exc: Expression | None
    cause: Expression | None


class Assert(Statement):
    """``assert test, msg``"""

    test: Expression
    msg: Expression | None


class Del(Statement):
    """``del target``; several are a tuple."""

    target: Expression


class Pass(Statement):
    """``pass``"""


class Break(Statement):
    """``break``"""


class Continue(Statement):
    """``continue``"""


class Global(Statement):
    """``global a, b``"""

    names: Sequence[Name]


class Nonlocal(Statement):
    """``nonlocal a, b``"""

    names: Sequence[Name]


class Import(Statement):
    """``import a.b as c``"""

    names: Sequence[ImportAlias]


class ImportFrom(Statement):
    """``from ..module import a as b``; ``level`` counts the dots."""

    module: Expression | None
    names: Sequence[ImportAlias] | ImportStar
    level: int


class ImportAlias(Node):
    """What is imported, and what it is called."""

    name: Expression
    asname: AsName | None


class ImportStar(Node):
    """``*``"""


class AsName(Node):
    """``as name``"""

    name: Expression


# -- compound statements --------------------------------------------------------------------------


class Block(Node):
    """Statements that are indented, or stand behind the colon (two kinds in libcst)."""

    body: Sequence[Statement]


class Module(Node):
    """A file, or the cells of a notebook."""

    body: Sequence[Statement]


class If(Statement):
    """``if`` or ``elif``."""

    test: Expression
    body: Block
    orelse: If | Else | None


class Else(Node):
    """``else:`` of a condition, a loop or a ``try``."""

    body: Block


class For(Statement):
    """``for`` or ``async for``."""

    target: Expression
    iter: Expression
    body: Block
    orelse: Else | None


class While(Statement):
    """``while``"""

    test: Expression
    body: Block
    orelse: Else | None


class With(Statement):
    """``with`` or ``async with``."""

    items: Sequence[WithItem]
    body: Block


class WithItem(Node):
    """A context manager, and what it is called."""

    item: Expression
    asname: AsName | None


class Try(Statement):
    """``try``, with ``except`` or ``except*``."""

    body: Block
    handlers: Sequence[ExceptHandler]
    orelse: Else | None
    finalbody: Finally | None


class ExceptHandler(Node):
    """``except type as name:``"""

    body: Block
    type: Expression | None
    name: AsName | None


class Finally(Node):
    """``finally:``"""

    body: Block


class FunctionDef(Statement):
    """``def`` or ``async def``; it starts at the word, not at its decorators."""

    name: Name
    params: Parameters
    body: Block
    decorators: Sequence[Expression]
    returns: Expression | None


class ClassDef(Statement):
    """``class``; it starts at the word, not at its decorators."""

    name: Name
    body: Block
    bases: Sequence[Arg]
    keywords: Sequence[Arg]
    decorators: Sequence[Expression]


class Match(Statement):
    """``match``"""

    subject: Expression
    cases: Sequence[MatchCase]


class MatchCase(Node):
    """``case pattern if guard:``"""

    pattern: MatchPattern
    body: Block
    guard: Expression | None


class MatchPattern(Node):
    """What a subject is held against."""


class MatchOther(MatchPattern):
    """A pattern of another kind than those below, with what stands in it."""

    content: Sequence[Node]


class MatchValue(MatchPattern):
    """A value that the subject has to equal."""

    value: Expression


class MatchOr(MatchPattern):
    """``a | b``"""

    patterns: Sequence[MatchPattern]


class MatchAs(MatchPattern):
    """``pattern as name``, ``name``, ``_``"""

    pattern: MatchPattern | None
    name: Name | None


class Other(Statement, Expression):
    """What says nothing about schedules: type aliases, template strings…"""

    content: Sequence[Node]


# -- operators ------------------------------------------------------------------------------------


class And(Operator):
    """``and``"""


class Or(Operator):
    """``or``"""


class Not(Operator):
    """``not``"""


class Minus(Operator):
    """``-x``"""


class Plus(Operator):
    """``+x``"""


class BitInvert(Operator):
    """``~x``"""


class Add(Operator):
    """``+``"""


class Subtract(Operator):
    """``-``"""


class Multiply(Operator):
    """``*``"""


class MatrixMultiply(Operator):
    """``@``"""


class Divide(Operator):
    """``/``"""


class FloorDivide(Operator):
    """``//``"""


class Modulo(Operator):
    """``%``"""


class Power(Operator):
    """``**``"""


class LeftShift(Operator):
    """``<<``"""


class RightShift(Operator):
    """``>>``"""


class BitAnd(Operator):
    """``&``"""


class BitOr(Operator):
    """``|``"""


class BitXor(Operator):
    """``^``"""


class Equal(Operator):
    """``==``"""


class NotEqual(Operator):
    """``!=``"""


class LessThan(Operator):
    """``<``"""


class LessThanEqual(Operator):
    """``<=``"""


class GreaterThan(Operator):
    """``>``"""


class GreaterThanEqual(Operator):
    """``>=``"""


class Is(Operator):
    """``is``"""


class IsNot(Operator):
    """``is not``"""


class In(Operator):
    """``in``"""


class NotIn(Operator):
    """``not in``"""


# Names that libcst has for the base classes.
CSTNode = Node
BaseExpression = Expression
