"""Expressions: from CPython's own tree to the one that the analyser reads."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from lrlint.syntax import nodes as syn

_COMMENT: Final = re.compile(rb"#[^\n]*")


class ExpressionBuilder:
    """Builds the nodes of one text, of which ``starts`` says where its rows are."""

    def __init__(self, text: bytes, starts: Sequence[int]) -> None:
        self.text = text
        self.starts = starts

    # -- where things are -------------------------------------------------------------------------

    def span(self, node: Any) -> tuple[int, int]:
        """Where a node of CPython's tree starts and ends, in bytes of the text."""
        starts = self.starts
        return (
            starts[node.lineno] + node.col_offset,
            starts[node.end_lineno] + node.end_col_offset,
        )

    def find(self, name: str, start: int) -> int:
        """Where a name stands next; CPython may know it by another than it is written with."""
        return max(self.text.find(name.encode(), start), start)

    def _bracketed_end(self, start: int, end: int, word: bytes) -> int:
        """Where an operand that ends at ``start`` does with its brackets; ``word`` follows it."""
        between = _COMMENT.sub(lambda found: b" " * len(found[0]), self.text[start:end])
        if b")" not in between:
            return start
        return start + len(between[: between.rfind(word)].rstrip(b" \t\r\n\f\\"))

    # -- what has a value -------------------------------------------------------------------------

    def expression(self, node: ast.expr) -> syn.Expression:
        """An expression."""
        return _EXPRESSIONS.get(type(node), ExpressionBuilder.other)(self, node)

    def maybe(self, node: ast.expr | None) -> syn.Expression | None:
        """An expression that need not be there."""
        return None if node is None else self.expression(node)

    def other(self, node: ast.AST) -> syn.Other:
        """What says nothing about schedules."""
        inner = (one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr))
        return syn.Other(*self.span(node), [self.expression(one) for one in inner])

    def _name(self, node: ast.Name) -> syn.Expression:
        return syn.Name(*self.span(node), node.id)

    def _constant(self, node: ast.Constant) -> syn.Expression:
        start, end = self.span(node)
        value = node.value
        kind = type(value)
        if kind is str or kind is bytes:
            return syn.String(start, end, value)  # type: ignore[arg-type]
        if kind is int:
            return syn.Integer(start, end, value)  # type: ignore[arg-type]
        if kind is float:
            return syn.Float(start, end, value)  # type: ignore[arg-type]
        if value is ...:
            return syn.Ellipsis(start, end)
        if kind is complex:
            return syn.Imaginary(start, end, value)  # type: ignore[arg-type]
        return syn.Name(start, end, str(value))

    def _joined(self, node: ast.JoinedStr) -> syn.Expression:
        return syn.FormattedString(*self.span(node), self._content(node))

    def _content(
        self, node: ast.expr
    ) -> list[syn.FormattedStringText | syn.FormattedStringExpression]:
        made: list[syn.FormattedStringText | syn.FormattedStringExpression] = []
        for part in node.values if isinstance(node, ast.JoinedStr) else [node]:
            start, end = self.span(part)
            match part:
                case ast.FormattedValue(value=value, conversion=conversion, format_spec=spec):
                    made.append(
                        syn.FormattedStringExpression(
                            start,
                            end,
                            self.expression(value),
                            "" if conversion < 0 else chr(conversion),
                            None if spec is None else self._content(spec),
                        )
                    )
                case ast.Constant(value=str() as text) if text:  # Python 3.12.0 has empty ones
                    made.append(syn.FormattedStringText(start, end, text))
        return made

    def _elements(self, given: Sequence[ast.expr]) -> list[syn.Element | syn.StarredElement]:
        made: list[syn.Element | syn.StarredElement] = []
        for one in given:
            value = self.expression(one)
            if type(value) is syn.StarredElement:
                made.append(value)
            else:
                made.append(syn.Element(value.start, value.end, value))
        return made

    def _list(self, node: ast.List) -> syn.Expression:
        return syn.List(*self.span(node), self._elements(node.elts))

    def _tuple(self, node: ast.Tuple) -> syn.Expression:
        return syn.Tuple(*self.span(node), self._elements(node.elts))

    def _set(self, node: ast.Set) -> syn.Expression:
        return syn.Set(*self.span(node), self._elements(node.elts))

    def _starred(self, node: ast.Starred) -> syn.Expression:
        return syn.StarredElement(*self.span(node), self.expression(node.value))

    def _dict(self, node: ast.Dict) -> syn.Expression:
        elements: list[syn.DictElement | syn.StarredDictElement] = []
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self.expression(value_node)
            if key_node is None:
                elements.append(syn.StarredDictElement(value.start, value.end, value))
            else:
                key = self.expression(key_node)
                elements.append(syn.DictElement(key.start, value.end, key, value))
        return syn.Dict(*self.span(node), elements)

    def _unary(self, node: ast.UnaryOp) -> syn.Expression:
        operator = OPERATORS[type(node.op)]
        return syn.UnaryOperation(*self.span(node), operator, self.expression(node.operand))

    def _binary(self, node: ast.BinOp) -> syn.Expression:
        left = self.expression(node.left)
        operator = OPERATORS[type(node.op)]
        return syn.BinaryOperation(*self.span(node), left, operator, self.expression(node.right))

    def _boolean(self, node: ast.BoolOp) -> syn.Expression:
        start, end = self.span(node)
        operator = OPERATORS[type(node.op)]
        word = b"and" if isinstance(node.op, ast.And) else b"or"
        made, *rest = (self.expression(value) for value in node.values)
        for position, value in enumerate(rest, 1):
            till = end
            if position < len(rest):  # brackets around the value are no part of it
                till = self._bracketed_end(value.end, rest[position].start, word)
            made = syn.BooleanOperation(start, till, made, operator, value)
        return made

    def _comparison(self, node: ast.Compare) -> syn.Expression:
        left = self.expression(node.left)
        targets = []
        for operator, right in zip(node.ops, node.comparators, strict=True):
            value = self.expression(right)
            targets.append(
                syn.ComparisonTarget(value.start, value.end, OPERATORS[type(operator)], value)
            )
        return syn.Comparison(*self.span(node), left, targets)

    def _conditional(self, node: ast.IfExp) -> syn.Expression:
        return syn.IfExp(
            *self.span(node),
            self.expression(node.test),
            self.expression(node.body),
            self.expression(node.orelse),
        )

    def _named(self, node: ast.NamedExpr) -> syn.Expression:
        target = self.expression(node.target)
        return syn.NamedExpr(*self.span(node), target, self.expression(node.value))

    def _await(self, node: ast.Await) -> syn.Expression:
        return syn.Await(*self.span(node), self.expression(node.value))

    def _yield(self, node: ast.Yield) -> syn.Expression:
        return syn.Yield(*self.span(node), self.maybe(node.value))

    def _yield_from(self, node: ast.YieldFrom) -> syn.Expression:
        item = self.expression(node.value)
        return syn.Yield(*self.span(node), syn.From(item.start, item.end, item))

    def _attribute(self, node: ast.Attribute) -> syn.Expression:
        start, end = self.span(node)
        attr = syn.Name(end - len(node.attr.encode()), end, node.attr)
        return syn.Attribute(start, end, self.expression(node.value), attr)

    def _subscript(self, node: ast.Subscript) -> syn.Expression:
        value = self.expression(node.value)
        index = node.slice
        parts: list[syn.Expression | syn.Slice]
        if isinstance(index, ast.Slice):
            parts = [self._slice(index)]
        elif isinstance(index, ast.Tuple) and index.elts and not self._is_bracketed(index):
            parts = [
                self._slice(one) if isinstance(one, ast.Slice) else self.expression(one)
                for one in index.elts
            ]
        else:
            parts = [self.expression(index)]
        return syn.Subscript(*self.span(node), value, parts)

    def _is_bracketed(self, node: ast.Tuple) -> bool:
        start, end = self.span(node)
        return start < self.span(node.elts[0])[0] and self.text[end - 1 : end] == b")"

    def _slice(self, node: ast.Slice) -> syn.Slice:
        return syn.Slice(
            *self.span(node),
            self.maybe(node.lower),
            self.maybe(node.upper),
            self.maybe(node.step),
        )

    def _call(self, node: ast.Call) -> syn.Expression:
        func = self.expression(node.func)
        return syn.Call(*self.span(node), func, self.arguments(node.args, node.keywords))

    def arguments(
        self, positional: Sequence[ast.expr], keywords: Sequence[ast.keyword]
    ) -> list[syn.Arg]:
        """The arguments of a call or a class, in the order in which they are written."""
        made: list[syn.Arg] = []
        mixed = False
        for one in positional:
            value = self.expression(one)
            if type(value) is syn.StarredElement:
                made.append(syn.Arg(value.start, value.end, value.value, None, "*"))
                mixed = True
            else:
                made.append(syn.Arg(value.start, value.end, value, None, ""))
        for keyword in keywords:
            value = self.expression(keyword.value)
            start, end = self.span(keyword)
            if keyword.arg is None:
                made.append(syn.Arg(start, end, value, None, "**"))
            else:
                name = syn.Name(start, start + len(keyword.arg.encode()), keyword.arg)
                made.append(syn.Arg(start, end, value, name, ""))
        if mixed and keywords:  # `f(a=1, *rest)`
            made.sort(key=lambda arg: arg.start)
        return made

    def _lambda(self, node: ast.Lambda) -> syn.Expression:
        start, end = self.span(node)
        return syn.Lambda(start, end, self.parameters(node.args, start), self.expression(node.body))

    def parameters(self, node: ast.arguments, start: int) -> syn.Parameters:
        """The parameters of a function that begins at ``start``."""
        missing = len(node.posonlyargs) + len(node.args) - len(node.defaults)
        defaults = [*[None] * missing, *node.defaults]
        first = len(node.posonlyargs)
        return syn.Parameters(
            start,
            start,
            [self._parameter(*one) for one in zip(node.args, defaults[first:], strict=True)],
            None if node.vararg is None else self._parameter(node.vararg),
            [self._parameter(*one) for one in zip(node.kwonlyargs, node.kw_defaults, strict=True)],
            None if node.kwarg is None else self._parameter(node.kwarg),
            [self._parameter(*one) for one in zip(node.posonlyargs, defaults, strict=False)],
        )

    def _parameter(self, node: ast.arg, default: ast.expr | None = None) -> syn.Param:
        start, end = self.span(node)
        name = syn.Name(start, start + len(node.arg.encode()), node.arg)
        value = self.maybe(default)
        annotation = self.maybe(node.annotation)
        return syn.Param(start, end if value is None else value.end, name, annotation, value)

    def _list_comp(self, node: ast.ListComp) -> syn.Expression:
        return syn.ListComp(
            *self.span(node), self.expression(node.elt), self._loops(node.generators)
        )

    def _set_comp(self, node: ast.SetComp) -> syn.Expression:
        return syn.SetComp(
            *self.span(node), self.expression(node.elt), self._loops(node.generators)
        )

    def _generator(self, node: ast.GeneratorExp) -> syn.Expression:
        return syn.GeneratorExp(
            *self.span(node), self.expression(node.elt), self._loops(node.generators)
        )

    def _dict_comp(self, node: ast.DictComp) -> syn.Expression:
        # Since Python 3.15 `{**one for one in all}` has no value.
        value = self.expression(node.value or node.key)
        return syn.DictComp(
            *self.span(node), self.expression(node.key), value, self._loops(node.generators)
        )

    def _loops(self, given: Sequence[ast.comprehension]) -> syn.CompFor:
        first, *rest = given
        target, over = self.expression(first.target), self.expression(first.iter)
        tests = [self.expression(test) for test in first.ifs]
        ifs = [syn.CompIf(test.start, test.end, test) for test in tests]
        inner = self._loops(rest) if rest else None
        end = inner.end if inner is not None else ifs[-1].end if ifs else over.end
        return syn.CompFor(target.start, end, target, over, ifs, inner)


OPERATORS: Final[dict[type[ast.AST], syn.Operator]] = {
    ast.And: syn.And(0, 0),
    ast.Or: syn.Or(0, 0),
    ast.Not: syn.Not(0, 0),
    ast.USub: syn.Minus(0, 0),
    ast.UAdd: syn.Plus(0, 0),
    ast.Invert: syn.BitInvert(0, 0),
    ast.Add: syn.Add(0, 0),
    ast.Sub: syn.Subtract(0, 0),
    ast.Mult: syn.Multiply(0, 0),
    ast.MatMult: syn.MatrixMultiply(0, 0),
    ast.Div: syn.Divide(0, 0),
    ast.FloorDiv: syn.FloorDivide(0, 0),
    ast.Mod: syn.Modulo(0, 0),
    ast.Pow: syn.Power(0, 0),
    ast.LShift: syn.LeftShift(0, 0),
    ast.RShift: syn.RightShift(0, 0),
    ast.BitAnd: syn.BitAnd(0, 0),
    ast.BitOr: syn.BitOr(0, 0),
    ast.BitXor: syn.BitXor(0, 0),
    ast.Eq: syn.Equal(0, 0),
    ast.NotEq: syn.NotEqual(0, 0),
    ast.Lt: syn.LessThan(0, 0),
    ast.LtE: syn.LessThanEqual(0, 0),
    ast.Gt: syn.GreaterThan(0, 0),
    ast.GtE: syn.GreaterThanEqual(0, 0),
    ast.Is: syn.Is(0, 0),
    ast.IsNot: syn.IsNot(0, 0),
    ast.In: syn.In(0, 0),
    ast.NotIn: syn.NotIn(0, 0),
}

_EXPRESSIONS: Final[dict[type[ast.AST], Callable[[ExpressionBuilder, Any], syn.Expression]]] = {
    ast.Name: ExpressionBuilder._name,
    ast.Constant: ExpressionBuilder._constant,
    ast.JoinedStr: ExpressionBuilder._joined,
    ast.List: ExpressionBuilder._list,
    ast.Tuple: ExpressionBuilder._tuple,
    ast.Set: ExpressionBuilder._set,
    ast.Starred: ExpressionBuilder._starred,
    ast.Dict: ExpressionBuilder._dict,
    ast.UnaryOp: ExpressionBuilder._unary,
    ast.BinOp: ExpressionBuilder._binary,
    ast.BoolOp: ExpressionBuilder._boolean,
    ast.Compare: ExpressionBuilder._comparison,
    ast.IfExp: ExpressionBuilder._conditional,
    ast.NamedExpr: ExpressionBuilder._named,
    ast.Await: ExpressionBuilder._await,
    ast.Yield: ExpressionBuilder._yield,
    ast.YieldFrom: ExpressionBuilder._yield_from,
    ast.Attribute: ExpressionBuilder._attribute,
    ast.Subscript: ExpressionBuilder._subscript,
    ast.Call: ExpressionBuilder._call,
    ast.Lambda: ExpressionBuilder._lambda,
    ast.ListComp: ExpressionBuilder._list_comp,
    ast.SetComp: ExpressionBuilder._set_comp,
    ast.GeneratorExp: ExpressionBuilder._generator,
    ast.DictComp: ExpressionBuilder._dict_comp,
}
