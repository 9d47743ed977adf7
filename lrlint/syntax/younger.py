"""From libcst's tree to the one that the analyser reads.

For texts that are Python, but not for the Python that lrlint runs on: libcst's grammar is its own.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import accumulate
from typing import Any, Final

import libcst as cst

from lrlint.syntax import nodes as syn
from lrlint.syntax.expressions import OPERATORS
from lrlint.syntax.recorder import Recorder

_MOST_DIGITS: Final = 4000
"""Digits that CPython converts; more would take it quadratic time."""


def from_libcst(tree: cst.Module, text: str) -> syn.Module:
    """The nodes of a module that libcst has parsed; ``text`` is what it has read.

    Raises ``SyntaxError`` where it is no Python after all, for libcst does not look into literals,
    or where libcst does not write what it has read (it drops form feeds).
    """
    recorder = Recorder(tree)
    tree._codegen(recorder)
    if recorder.code.rstrip("\n") != text.rstrip("\n"):
        raise SyntaxError("libcst does not tell where things are")
    converter = _Converter(recorder, text)
    return syn.Module(0, converter.bytes_before(len(text)), converter.all(tree.body))


class _Converter:
    def __init__(self, recorder: Recorder, text: str) -> None:
        self._recorder = recorder
        self._text = text
        self._bytes = (
            range(len(text) + 1)
            if text.isascii()
            else [0, *accumulate(len(character.encode()) for character in text)]
        )

    def bytes_before(self, offset: int) -> int:
        """Where a character of the text is in its bytes."""
        # libcst adds the newline that a text may lack.
        return self._bytes[min(offset, len(self._text))]

    def node(self, node: cst.CSTNode) -> Any:
        """The node that a node of libcst becomes; None for what is nothing but layout."""
        convert = _CONVERTERS.get(type(node).__name__)
        return self._same(node) if convert is None else convert(self, node)

    def all(self, nodes: Iterable[cst.CSTNode]) -> list[Any]:
        """The nodes that some nodes of libcst become."""
        return [self.node(node) for node in nodes]

    def maybe(self, value: object) -> Any:
        """The same for what need not be there."""
        return self.node(value) if isinstance(value, cst.CSTNode) else None

    def span(self, node: cst.CSTNode) -> tuple[int, int]:
        start, end = self._recorder.offsets[id(node)]
        return self.bytes_before(start), self.bytes_before(end)

    def _around(self, node: cst.Tuple | cst.GeneratorExp) -> tuple[int, int]:
        """Where a node and the innermost brackets around it stand."""
        if not node.lpar:
            return self.span(node)
        return self.span(node.lpar[-1])[0], self.span(node.rpar[0])[1]

    def _same(self, node: cst.CSTNode) -> Any:
        """A node of a kind that is the same in libcst."""
        name = type(node).__name__
        if name in _OPERATORS:
            return _OPERATORS[name]
        kind = getattr(syn, name, None)
        if kind is None:
            return self._other(node)
        values = [self._field(getattr(node, name)) for name in kind.__match_args__]
        return kind(*self.span(node), *values)

    def _field(self, value: object) -> Any:
        if isinstance(value, cst.CSTNode):
            return self.node(value)
        if isinstance(value, (list, tuple)):
            return self.all(value)
        return value if isinstance(value, str) else None

    def _other(self, node: cst.CSTNode) -> syn.Other:
        made = self.all(child for child in node.children if isinstance(child, _CODE))
        return syn.Other(*self.span(node), [one for one in made if isinstance(one, syn.Node)])

    # -- literals ---------------------------------------------------------------------------------

    def _integer(self, node: cst.Integer) -> syn.Expression:
        if len(node.value) > _MOST_DIGITS:
            return syn.Other(*self.span(node), [])
        return syn.Integer(*self.span(node), int(node.value, 0))

    def _float(self, node: cst.Float) -> syn.Expression:
        return syn.Float(*self.span(node), float(node.value.replace("_", "")))

    def _imaginary(self, node: cst.Imaginary) -> syn.Expression:
        return syn.Imaginary(*self.span(node), complex(node.value.replace("_", "")))

    def _string(self, node: cst.SimpleString | cst.ConcatenatedString) -> syn.Expression:
        value = node.evaluated_value
        if value is not None:
            return syn.String(*self.span(node), value)
        return syn.FormattedString(*self.span(node), self._pieces(node))

    def _formatted(self, node: cst.FormattedString) -> syn.Expression:
        return syn.FormattedString(*self.span(node), self._pieces(node))

    def _pieces(self, node: cst.CSTNode) -> list[Any]:
        """What f-strings, and what stands beside them, consist of."""
        match node:
            case cst.ConcatenatedString(left=left, right=right):
                return _joined([*self._pieces(left), *self._pieces(right)])
            case cst.FormattedString(parts=parts):
                return self._content(parts, node)
            case cst.SimpleString():
                text = str(node.evaluated_value)
                return [syn.FormattedStringText(*self.span(node), text)]
        return [self._other(node)]

    def _content(self, parts: Iterable[cst.CSTNode], string: cst.FormattedString) -> list[Any]:
        made: list[Any] = []
        for part in parts:
            match part:
                case cst.FormattedStringText(value=text):
                    text = text.replace("{{", "{").replace("}}", "}")
                    prefix = string.start.lower().replace("f", "")
                    with suppress(SyntaxError, ValueError):  # a backslash before a field
                        text = ast.literal_eval(f"{prefix}{text}{string.end}")
                    made.append(syn.FormattedStringText(*self.span(part), text))
                case cst.FormattedStringExpression(expression=inner, format_spec=spec):
                    conversion = part.conversion or ""
                    if part.equal is not None:  # `{x = }` is `x = {x!r}`
                        start = self._recorder.offsets[id(part)][0] + len("{")
                        behind = self._text[self._recorder.offsets[id(part.equal)][1] :]
                        end = len(self._text) - len(behind.lstrip())
                        made.append(
                            syn.FormattedStringText(*self.span(part), self._text[start:end])
                        )
                        conversion = conversion or ("r" if spec is None else "")
                    content = None if spec is None else self._content(spec, string)
                    made.append(
                        syn.FormattedStringExpression(
                            *self.span(part), self.node(inner), conversion, content
                        )
                    )
        return _joined(made)

    # -- what libcst wraps ------------------------------------------------------------------------

    def _display(self, node: cst.Tuple | cst.GeneratorExp) -> syn.Expression:
        if isinstance(node, cst.Tuple):
            return syn.Tuple(*self._around(node), self.all(node.elements))
        return syn.GeneratorExp(*self._around(node), self.node(node.elt), self.node(node.for_in))

    def _call(self, node: cst.Call) -> syn.Expression:
        made = syn.Call(*self.span(node), self.node(node.func), self.all(node.args))
        if len(made.args) == 1 and isinstance(node.args[0].value, cst.GeneratorExp):
            inner = made.args[0]
            if not node.args[0].value.lpar:  # it has the brackets of the call
                start = self._text.rfind("(", 0, self._recorder.offsets[id(node.args[0].value)][0])
                inner.start = inner.value.start = self.bytes_before(start)
                inner.end = inner.value.end = made.end
        return made

    def _element(self, node: cst.Element) -> syn.Element:
        value = self.node(node.value)
        return syn.Element(value.start, value.end, value)

    def _argument(self, node: cst.Arg) -> syn.Arg:
        value = self.node(node.value)
        keyword = self.maybe(node.keyword)
        return syn.Arg(self.span(node)[0], value.end, value, keyword, node.star)

    def _subscript(self, node: cst.Subscript) -> syn.Expression:
        parts = []
        for element in node.slice:
            match element.slice:
                case cst.Index(value=value, star=star) if star:
                    parts.append(syn.StarredElement(*self.span(element), self.node(value)))
                case cst.Index(value=value):
                    parts.append(self.node(value))
                case inner:
                    parts.append(self.node(inner))
        return syn.Subscript(*self.span(node), self.node(node.value), parts)

    def _block(self, node: cst.IndentedBlock | cst.SimpleStatementSuite) -> syn.Block:
        if isinstance(node, cst.SimpleStatementSuite):
            inner = self.all(node.body)
            body: list[Any] = [syn.SimpleStatementLine(inner[0].start, inner[-1].end, inner)]
        else:
            body = self.all(node.body)
        return syn.Block(body[0].start, body[-1].end, body)

    def _line(self, node: cst.SimpleStatementLine) -> syn.SimpleStatementLine:
        body = self.all(node.body)
        return syn.SimpleStatementLine(body[0].start, body[-1].end, body)

    def _names(self, node: cst.Global | cst.Nonlocal) -> syn.Statement:
        kind = syn.Global if isinstance(node, cst.Global) else syn.Nonlocal
        return kind(*self.span(node), [self.node(item.name) for item in node.names])

    def _import_from(self, node: cst.ImportFrom) -> syn.Statement:
        names = node.names
        return syn.ImportFrom(
            *self.span(node),
            self.maybe(node.module),
            self.node(names) if isinstance(names, cst.ImportStar) else self.all(names),
            len(node.relative),
        )

    def _annotation(self, node: cst.Annotation) -> syn.Expression:
        found: syn.Expression = self.node(node.annotation)
        return found

    def _raise(self, node: cst.Raise) -> syn.Statement:
        cause = None if node.cause is None else self.node(node.cause.item)
        return syn.Raise(*self.span(node), self.maybe(node.exc), cause)

    def _parameters(self, node: cst.Parameters) -> syn.Parameters:
        star = node.star_arg
        return syn.Parameters(
            *self.span(node),
            self.all(node.params),
            self.node(star) if isinstance(star, cst.Param) else None,
            self.all(node.kwonly_params),
            self.maybe(node.star_kwarg),
            self.all(node.posonly_params),
        )

    def _parameter(self, node: cst.Param) -> syn.Param:
        return syn.Param(
            *self.span(node),
            self.node(node.name),
            self.maybe(node.annotation),
            self.maybe(node.default),
        )

    def _function(self, node: cst.FunctionDef) -> syn.Statement:
        return syn.FunctionDef(
            *self.span(node),
            self.node(node.name),
            self.node(node.params),
            self.node(node.body),
            [self.node(one.decorator) for one in node.decorators],
            self.maybe(node.returns),
        )

    def _class(self, node: cst.ClassDef) -> syn.Statement:
        return syn.ClassDef(
            *self.span(node),
            self.node(node.name),
            self.node(node.body),
            self.all(node.bases),
            self.all(node.keywords),
            [self.node(one.decorator) for one in node.decorators],
        )

    def _try(self, node: cst.Try | cst.TryStar) -> syn.Statement:
        return syn.Try(
            *self.span(node),
            self.node(node.body),
            [
                syn.ExceptHandler(
                    *self.span(one), self.node(one.body), self.maybe(one.type), self.maybe(one.name)
                )
                for one in node.handlers
            ],
            self.maybe(node.orelse),
            self.maybe(node.finalbody),
        )

    # -- patterns ---------------------------------------------------------------------------------

    def _value_pattern(self, node: cst.MatchValue) -> syn.MatchPattern:
        value = self.node(node.value)
        return syn.MatchValue(value.start, value.end, value)

    def _or_pattern(self, node: cst.MatchOr) -> syn.MatchPattern:
        return syn.MatchOr(*self.span(node), [self.node(one.pattern) for one in node.patterns])

    def _as_pattern(self, node: cst.MatchAs) -> syn.MatchPattern:
        return syn.MatchAs(*self.span(node), self.maybe(node.pattern), self.maybe(node.name))

    def _other_pattern(self, node: cst.CSTNode) -> syn.MatchPattern:
        parts: list[cst.CSTNode] = []
        match node:
            case cst.MatchClass(cls=kind, patterns=patterns, kwds=keywords):
                inner = [*(one.value for one in patterns), *(one.pattern for one in keywords)]
                parts = [kind, *inner]
            case cst.MatchMapping(elements=elements):
                parts = [*(one.key for one in elements), *(one.pattern for one in elements)]
            case cst.MatchList(patterns=elements) | cst.MatchTuple(patterns=elements):
                parts = [getattr(one, "value", one) for one in elements]
        return syn.MatchOther(*self.span(node), self.all(parts))


def _joined(pieces: Sequence[Any]) -> list[Any]:
    """Pieces of an f-string with neighbouring texts put together."""
    made: list[Any] = []
    for piece in pieces:
        if made and all(isinstance(one, syn.FormattedStringText) for one in (made[-1], piece)):
            before = made.pop()
            value = before.value + piece.value
            piece = syn.FormattedStringText(before.start, piece.end, value)
        made.append(piece)
    return made


_CODE: Final = (
    cst.BaseExpression,
    cst.BaseStatement,
    cst.BaseSmallStatement,
)

_OPERATORS: Final = {type(operator).__name__: operator for operator in OPERATORS.values()} | {
    f"{type(operator).__name__}Assign": operator for operator in OPERATORS.values()
}

_CONVERTERS: Final[dict[str, Callable[[_Converter, Any], Any]]] = {
    "Integer": _Converter._integer,
    "Float": _Converter._float,
    "Imaginary": _Converter._imaginary,
    "SimpleString": _Converter._string,
    "ConcatenatedString": _Converter._string,
    "FormattedString": _Converter._formatted,
    "Tuple": _Converter._display,
    "GeneratorExp": _Converter._display,
    "Call": _Converter._call,
    "Element": _Converter._element,
    "Arg": _Converter._argument,
    "Subscript": _Converter._subscript,
    "IndentedBlock": _Converter._block,
    "SimpleStatementSuite": _Converter._block,
    "SimpleStatementLine": _Converter._line,
    "Global": _Converter._names,
    "Nonlocal": _Converter._names,
    "ImportFrom": _Converter._import_from,
    "Annotation": _Converter._annotation,
    "Raise": _Converter._raise,
    "Parameters": _Converter._parameters,
    "Param": _Converter._parameter,
    "FunctionDef": _Converter._function,
    "ClassDef": _Converter._class,
    "Try": _Converter._try,
    "TryStar": _Converter._try,
    "MatchValue": _Converter._value_pattern,
    "MatchOr": _Converter._or_pattern,
    "MatchAs": _Converter._as_pattern,
    **dict.fromkeys(
        ("MatchClass", "MatchList", "MatchTuple", "MatchMapping", "MatchStar", "MatchSingleton"),
        _Converter._other_pattern,
    ),
}
