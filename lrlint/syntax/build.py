"""From CPython's own tree to the one that the analyser reads.

CPython's parser takes a tenth of the time of libcst's, and what follows here as much again.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from lrlint.syntax import nodes as syn

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_COMMENT: Final = re.compile(rb"#[^\n]*")
Cut = Callable[[_Function], bool]
"""Whether the body of a function is left out."""


def line_starts(text: str) -> list[int]:
    """Where each row of a text starts, in bytes of UTF-8; rows are counted from 1, as in `ast`."""
    lines = text.split("\n")
    starts = [0, 0]
    at = 0
    if text.isascii():
        for line in lines:
            at += len(line) + 1
            starts.append(at)
    else:
        for line in lines:
            at += len(line.encode("utf-8", "surrogatepass")) + 1
            starts.append(at)
    return starts


class Builder:
    """Builds the nodes of one text, of which ``starts`` says where its rows are."""

    def __init__(self, text: bytes, starts: Sequence[int]) -> None:
        self.text = text
        self.starts = starts
        self.closed: dict[syn.FunctionDef, _Function] = {}
        """The functions whose bodies were left out."""
        self._cut: Cut | None = None

    def module(self, tree: ast.Module, cut: Cut | None = None) -> syn.Module:
        """The module; the bodies of those functions and methods are empty that ``cut`` tells.

        Only functions at the top level of the module, or of a class there, are asked about.
        """
        self._cut = cut
        return syn.Module(0, len(self.text), self._statements(tree.body))

    def block(self, body: Sequence[ast.stmt]) -> syn.Block:
        """The statements of a block."""
        made = self._statements(body)
        return syn.Block(made[0].start, made[-1].end, made)

    # -- where things are -------------------------------------------------------------------------

    def _span(self, node: Any) -> tuple[int, int]:
        starts = self.starts
        return (
            starts[node.lineno] + node.col_offset,
            starts[node.end_lineno] + node.end_col_offset,
        )

    def _bracketed_end(self, start: int, end: int, word: bytes) -> int:
        """Where an operand that ends at ``start`` does with its brackets; ``word`` follows it."""
        between = _COMMENT.sub(lambda found: b" " * len(found[0]), self.text[start:end])
        if b")" not in between:
            return start
        return start + len(between[: between.rfind(word)].rstrip(b" \t\r\n\f\\"))

    # -- statements -------------------------------------------------------------------------------

    def _statements(self, body: Sequence[ast.stmt]) -> list[syn.Statement]:
        made: list[syn.Statement] = []
        row = -1  # where a line of simple statements ends
        for one in body:
            convert = _COMPOUND.get(type(one))
            if convert is not None:
                made.append(convert(self, one))
                row = -1
                continue
            convert = _SIMPLE.get(type(one), Builder._other)
            statement = convert(self, one)
            if one.lineno == row:
                line = made[-1]
                assert isinstance(line, syn.SimpleStatementLine)
                line.body = [*line.body, statement]
                line.end = statement.end
            else:
                made.append(syn.SimpleStatementLine(statement.start, statement.end, [statement]))
            row = one.end_lineno or one.lineno
        return made

    def _other(self, node: ast.AST) -> syn.Other:
        inner = (one for one in ast.iter_child_nodes(node) if isinstance(one, ast.expr))
        return syn.Other(*self._span(node), [self.expression(one) for one in inner])

    def _expr(self, node: ast.Expr) -> syn.Statement:
        value = self.expression(node.value)
        return syn.Expr(*self._span(node), value)

    def _assign(self, node: ast.Assign) -> syn.Statement:
        targets = [
            syn.AssignTarget(target.start, target.end, target)
            for target in map(self.expression, node.targets)
        ]
        return syn.Assign(*self._span(node), targets, self.expression(node.value))

    def _annotated(self, node: ast.AnnAssign) -> syn.Statement:
        return syn.AnnAssign(
            *self._span(node),
            self.expression(node.target),
            self.expression(node.annotation),
            self._maybe(node.value),
        )

    def _augmented(self, node: ast.AugAssign) -> syn.Statement:
        operator = OPERATORS[type(node.op)]
        target = self.expression(node.target)
        return syn.AugAssign(*self._span(node), target, operator, self.expression(node.value))

    def _return(self, node: ast.Return) -> syn.Statement:
        return syn.Return(*self._span(node), self._maybe(node.value))

    def _raise(self, node: ast.Raise) -> syn.Statement:
        return syn.Raise(*self._span(node), self._maybe(node.exc), self._maybe(node.cause))

    def _assert(self, node: ast.Assert) -> syn.Statement:
        return syn.Assert(*self._span(node), self.expression(node.test), self._maybe(node.msg))

    def _delete(self, node: ast.Delete) -> syn.Statement:
        targets = [self.expression(target) for target in node.targets]
        target = targets[0]
        if len(targets) > 1:
            elements = [syn.Element(one.start, one.end, one) for one in targets]
            target = syn.Tuple(targets[0].start, targets[-1].end, elements)
        return syn.Del(*self._span(node), target)

    def _pass(self, node: ast.Pass) -> syn.Statement:
        return syn.Pass(*self._span(node))

    def _break(self, node: ast.Break) -> syn.Statement:
        return syn.Break(*self._span(node))

    def _continue(self, node: ast.Continue) -> syn.Statement:
        return syn.Continue(*self._span(node))

    def _global(self, node: ast.Global) -> syn.Statement:
        start, end = self._span(node)
        return syn.Global(start, end, self._declared(start + len("global"), node.names))

    def _nonlocal(self, node: ast.Nonlocal) -> syn.Statement:
        start, end = self._span(node)
        return syn.Nonlocal(start, end, self._declared(start + len("nonlocal"), node.names))

    def _declared(self, start: int, names: Sequence[str]) -> list[syn.Name]:
        made = []
        for name in names:
            written = name.encode()
            start = self.text.find(written, start)
            made.append(syn.Name(start, start + len(written), name))
            start += len(written)
        return made

    def _import(self, node: ast.Import) -> syn.Statement:
        return syn.Import(*self._span(node), [self._alias(alias) for alias in node.names])

    def _import_from(self, node: ast.ImportFrom) -> syn.Statement:
        start, end = self._span(node)
        module = None
        if node.module is not None:
            written = node.module.partition(".")[0].encode()
            module = self._dotted(self.text.find(written, start + len("from")), node.module)
        names: list[syn.ImportAlias] | syn.ImportStar
        if node.names[0].name == "*":
            names = syn.ImportStar(*self._span(node.names[0]))
        else:
            names = [self._alias(alias) for alias in node.names]
        return syn.ImportFrom(start, end, module, names, node.level)

    def _alias(self, alias: ast.alias) -> syn.ImportAlias:
        start, end = self._span(alias)
        asname = None
        if alias.asname is not None:
            name = syn.Name(end - len(alias.asname.encode()), end, alias.asname)
            asname = syn.AsName(name.start, end, name)
        return syn.ImportAlias(start, end, self._dotted(start, alias.name), asname)

    def _dotted(self, start: int, name: str) -> syn.Expression:
        first, *rest = name.split(".")
        end = start + len(first.encode())
        made: syn.Expression = syn.Name(start, end, first)
        for part in rest:
            begin, end = end + 1, end + 1 + len(part.encode())
            made = syn.Attribute(start, end, made, syn.Name(begin, end, part))
        return made

    # -- compound statements ----------------------------------------------------------------------

    def _if(self, node: ast.If) -> syn.If:
        start, end = self._span(node)
        orelse: syn.If | syn.Else | None = None
        match node.orelse:
            case [ast.If() as other] if self.text.startswith(b"elif", self._span(other)[0]):
                orelse = self._if(other)
            case [_, *_]:
                orelse = self._else(node.orelse)
        test = self.expression(node.test)
        return syn.If(start, end, test, self.block(node.body), orelse)

    def _else(self, body: Sequence[ast.stmt]) -> syn.Else | None:
        if not body:
            return None
        block = self.block(body)
        return syn.Else(block.start, block.end, block)

    def _for(self, node: ast.For | ast.AsyncFor) -> syn.For:
        return syn.For(
            *self._span(node),
            self.expression(node.target),
            self.expression(node.iter),
            self.block(node.body),
            self._else(node.orelse),
        )

    def _while(self, node: ast.While) -> syn.While:
        test = self.expression(node.test)
        return syn.While(*self._span(node), test, self.block(node.body), self._else(node.orelse))

    def _with(self, node: ast.With | ast.AsyncWith) -> syn.With:
        items = []
        for item in node.items:
            value = self.expression(item.context_expr)
            target = self._maybe(item.optional_vars)
            asname = None if target is None else syn.AsName(target.start, target.end, target)
            end = value.end if target is None else target.end
            items.append(syn.WithItem(value.start, end, value, asname))
        return syn.With(*self._span(node), items, self.block(node.body))

    def _try(self, node: Any) -> syn.Try:
        body = self.block(node.body)
        handlers = [self._handler(handler) for handler in node.handlers]
        final = None
        if node.finalbody:
            block = self.block(node.finalbody)
            final = syn.Finally(block.start, block.end, block)
        return syn.Try(*self._span(node), body, handlers, self._else(node.orelse), final)

    def _handler(self, node: ast.ExceptHandler) -> syn.ExceptHandler:
        start, end = self._span(node)
        kind = self._maybe(node.type)
        name = None
        if node.name is not None and kind is not None:
            written = node.name.encode()
            at = self.text.find(written, self.text.find(b"as", kind.end) + len("as"))
            name = syn.AsName(at, at + len(written), syn.Name(at, at + len(written), node.name))
        return syn.ExceptHandler(start, end, self.block(node.body), kind, name)

    def _function(self, node: _Function) -> syn.FunctionDef:
        start, end = self._span(node)
        is_cut = self._cut is not None and self._cut(node)
        body = syn.Block(*self._span(node.body[0]), []) if is_cut else self._inner(node.body)
        made = syn.FunctionDef(
            start,
            end,
            self._defined(node.name, start),
            self._parameters(node.args, start),
            body,
            [self.expression(one) for one in node.decorator_list],
            self._maybe(node.returns),
        )
        if is_cut:
            self.closed[made] = node
        return made

    def _inner(self, body: Sequence[ast.stmt]) -> syn.Block:
        """The body of a function, in which nothing is left out."""
        cut, self._cut = self._cut, None
        try:
            return self.block(body)
        finally:
            self._cut = cut

    def _class(self, node: ast.ClassDef) -> syn.ClassDef:
        start, end = self._span(node)
        given = self._arguments(node.bases, node.keywords)
        return syn.ClassDef(
            start,
            end,
            self._defined(node.name, start),
            self.block(node.body),
            [one for one in given if one.keyword is None and one.star != "**"],
            [one for one in given if one.keyword is not None or one.star == "**"],
            [self.expression(one) for one in node.decorator_list],
        )

    def _defined(self, name: str, start: int) -> syn.Name:
        """The name behind a ``def``, ``async def`` or ``class``."""
        at = start + len("class")
        if self.text.startswith((b"def", b"async"), start):
            at = self.text.find(b"def", start) + len("def")
        written = name.encode()
        at = self.text.find(written, at)
        return syn.Name(at, at + len(written), name)

    def _match(self, node: ast.Match) -> syn.Match:
        cases = []
        for case in node.cases:
            pattern = self._pattern(case.pattern)
            body = self.block(case.body)
            guard = self._maybe(case.guard)
            cases.append(syn.MatchCase(pattern.start, body.end, pattern, body, guard))
        return syn.Match(*self._span(node), self.expression(node.subject), cases)

    def _pattern(self, node: ast.pattern) -> syn.MatchPattern:
        start, end = self._span(node)
        match node:
            case ast.MatchValue(value=value):
                return syn.MatchValue(start, end, self.expression(value))
            case ast.MatchOr(patterns=patterns):
                return syn.MatchOr(start, end, [self._pattern(one) for one in patterns])
            case ast.MatchAs(pattern=pattern, name=name):
                at = end - len((name or "").encode())
                bound = None if name is None else syn.Name(at, end, name)
                inner = None if pattern is None else self._pattern(pattern)
                return syn.MatchAs(start, end, inner, bound)
        parts: list[syn.Node] = []
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.pattern):
                parts.append(self._pattern(child))
            elif isinstance(child, ast.expr):
                parts.append(self.expression(child))
        return syn.MatchOther(start, end, parts)

    # -- expressions ------------------------------------------------------------------------------

    def expression(self, node: ast.expr) -> syn.Expression:
        """An expression."""
        return _EXPRESSIONS.get(type(node), Builder._other)(self, node)

    def _maybe(self, node: ast.expr | None) -> syn.Expression | None:
        return None if node is None else self.expression(node)

    def _name(self, node: ast.Name) -> syn.Expression:
        starts = self.starts
        row = starts[node.lineno]  # a name does not go on in the next row
        return syn.Name(row + node.col_offset, row + node.end_col_offset, node.id)  # type: ignore[operator]

    def _constant(self, node: ast.Constant) -> syn.Expression:
        start, end = self._span(node)
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
        return syn.FormattedString(*self._span(node), self._content(node))

    def _content(
        self, node: ast.expr
    ) -> list[syn.FormattedStringText | syn.FormattedStringExpression]:
        made: list[syn.FormattedStringText | syn.FormattedStringExpression] = []
        for part in node.values if isinstance(node, ast.JoinedStr) else [node]:
            start, end = self._span(part)
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
                case ast.Constant(value=str() as text):
                    made.append(syn.FormattedStringText(start, end, text))
        return made

    def _elements(self, given: Sequence[ast.expr]) -> list[syn.Element | syn.StarredElement]:
        made: list[syn.Element | syn.StarredElement] = []
        for one in given:
            value = _EXPRESSIONS.get(type(one), Builder._other)(self, one)
            if type(value) is syn.StarredElement:
                made.append(value)
            else:
                made.append(syn.Element(value.start, value.end, value))
        return made

    def _list(self, node: ast.List) -> syn.Expression:
        return syn.List(*self._span(node), self._elements(node.elts))

    def _tuple(self, node: ast.Tuple) -> syn.Expression:
        return syn.Tuple(*self._span(node), self._elements(node.elts))

    def _set(self, node: ast.Set) -> syn.Expression:
        return syn.Set(*self._span(node), self._elements(node.elts))

    def _starred(self, node: ast.Starred) -> syn.Expression:
        return syn.StarredElement(*self._span(node), self.expression(node.value))

    def _dict(self, node: ast.Dict) -> syn.Expression:
        elements: list[syn.DictElement | syn.StarredDictElement] = []
        for key_node, value_node in zip(node.keys, node.values, strict=True):
            value = self.expression(value_node)
            if key_node is None:
                elements.append(syn.StarredDictElement(value.start, value.end, value))
            else:
                key = self.expression(key_node)
                elements.append(syn.DictElement(key.start, value.end, key, value))
        return syn.Dict(*self._span(node), elements)

    def _unary(self, node: ast.UnaryOp) -> syn.Expression:
        operator = OPERATORS[type(node.op)]
        return syn.UnaryOperation(*self._span(node), operator, self.expression(node.operand))

    def _binary(self, node: ast.BinOp) -> syn.Expression:
        left = self.expression(node.left)
        operator = OPERATORS[type(node.op)]
        return syn.BinaryOperation(*self._span(node), left, operator, self.expression(node.right))

    def _boolean(self, node: ast.BoolOp) -> syn.Expression:
        start, end = self._span(node)
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
        return syn.Comparison(*self._span(node), left, targets)

    def _conditional(self, node: ast.IfExp) -> syn.Expression:
        return syn.IfExp(
            *self._span(node),
            self.expression(node.test),
            self.expression(node.body),
            self.expression(node.orelse),
        )

    def _named(self, node: ast.NamedExpr) -> syn.Expression:
        target = self.expression(node.target)
        return syn.NamedExpr(*self._span(node), target, self.expression(node.value))

    def _await(self, node: ast.Await) -> syn.Expression:
        return syn.Await(*self._span(node), self.expression(node.value))

    def _yield(self, node: ast.Yield) -> syn.Expression:
        return syn.Yield(*self._span(node), self._maybe(node.value))

    def _yield_from(self, node: ast.YieldFrom) -> syn.Expression:
        item = self.expression(node.value)
        return syn.Yield(*self._span(node), syn.From(item.start, item.end, item))

    def _attribute(self, node: ast.Attribute) -> syn.Expression:
        value = _EXPRESSIONS.get(type(node.value), Builder._other)(self, node.value)
        starts = self.starts
        end = starts[node.end_lineno] + node.end_col_offset  # type: ignore[index, operator]
        name = node.attr
        size = len(name) if name.isascii() else len(name.encode())
        attr = syn.Name(end - size, end, name)
        return syn.Attribute(starts[node.lineno] + node.col_offset, end, value, attr)

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
        return syn.Subscript(*self._span(node), value, parts)

    def _is_bracketed(self, node: ast.Tuple) -> bool:
        start, end = self._span(node)
        return start < self._span(node.elts[0])[0] and self.text[end - 1 : end] == b")"

    def _slice(self, node: ast.Slice) -> syn.Slice:
        return syn.Slice(
            *self._span(node),
            self._maybe(node.lower),
            self._maybe(node.upper),
            self._maybe(node.step),
        )

    def _call(self, node: ast.Call) -> syn.Expression:
        func = _EXPRESSIONS.get(type(node.func), Builder._other)(self, node.func)
        args = self._arguments(node.args, node.keywords)
        starts = self.starts
        return syn.Call(
            starts[node.lineno] + node.col_offset,
            starts[node.end_lineno] + node.end_col_offset,  # type: ignore[index, operator]
            func,
            args,
        )

    def _arguments(
        self, positional: Sequence[ast.expr], keywords: Sequence[ast.keyword]
    ) -> list[syn.Arg]:
        made: list[syn.Arg] = []
        mixed = False
        for one in positional:
            value = _EXPRESSIONS.get(type(one), Builder._other)(self, one)
            if type(value) is syn.StarredElement:
                made.append(syn.Arg(value.start, value.end, value.value, None, "*"))
                mixed = True
            else:
                made.append(syn.Arg(value.start, value.end, value, None, ""))
        for keyword in keywords:
            value = _EXPRESSIONS.get(type(keyword.value), Builder._other)(self, keyword.value)
            start, end = self._span(keyword)
            if keyword.arg is None:
                made.append(syn.Arg(start, end, value, None, "**"))
            else:
                name = syn.Name(start, start + len(keyword.arg.encode()), keyword.arg)
                made.append(syn.Arg(start, end, value, name, ""))
        if mixed and keywords:  # `f(a=1, *rest)`
            made.sort(key=lambda arg: arg.start)
        return made

    def _lambda(self, node: ast.Lambda) -> syn.Expression:
        start, end = self._span(node)
        return syn.Lambda(
            start, end, self._parameters(node.args, start), self.expression(node.body)
        )

    def _parameters(self, node: ast.arguments, start: int) -> syn.Parameters:
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
        start, end = self._span(node)
        name = syn.Name(start, start + len(node.arg.encode()), node.arg)
        value = self._maybe(default)
        annotation = self._maybe(node.annotation)
        return syn.Param(start, end if value is None else value.end, name, annotation, value)

    def _list_comp(self, node: ast.ListComp) -> syn.Expression:
        return syn.ListComp(
            *self._span(node), self.expression(node.elt), self._loops(node.generators)
        )

    def _set_comp(self, node: ast.SetComp) -> syn.Expression:
        return syn.SetComp(
            *self._span(node), self.expression(node.elt), self._loops(node.generators)
        )

    def _generator(self, node: ast.GeneratorExp) -> syn.Expression:
        return syn.GeneratorExp(
            *self._span(node), self.expression(node.elt), self._loops(node.generators)
        )

    def _dict_comp(self, node: ast.DictComp) -> syn.Expression:
        # Since Python 3.15 `{**one for one in all}` has no value.
        value = self.expression(node.value or node.key)
        return syn.DictComp(
            *self._span(node), self.expression(node.key), value, self._loops(node.generators)
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

_SIMPLE: Final[dict[type[ast.AST], Callable[[Builder, Any], syn.Statement]]] = {
    ast.Expr: Builder._expr,
    ast.Assign: Builder._assign,
    ast.AnnAssign: Builder._annotated,
    ast.AugAssign: Builder._augmented,
    ast.Return: Builder._return,
    ast.Raise: Builder._raise,
    ast.Assert: Builder._assert,
    ast.Delete: Builder._delete,
    ast.Pass: Builder._pass,
    ast.Break: Builder._break,
    ast.Continue: Builder._continue,
    ast.Global: Builder._global,
    ast.Nonlocal: Builder._nonlocal,
    ast.Import: Builder._import,
    ast.ImportFrom: Builder._import_from,
}

_COMPOUND: Final[dict[type[ast.AST], Callable[[Builder, Any], syn.Statement]]] = {
    ast.If: Builder._if,
    ast.For: Builder._for,
    ast.AsyncFor: Builder._for,
    ast.While: Builder._while,
    ast.With: Builder._with,
    ast.AsyncWith: Builder._with,
    ast.Try: Builder._try,
    ast.FunctionDef: Builder._function,
    ast.AsyncFunctionDef: Builder._function,
    ast.ClassDef: Builder._class,
    ast.Match: Builder._match,
}
if hasattr(ast, "TryStar"):  # Python 3.11
    _COMPOUND[ast.TryStar] = Builder._try

_EXPRESSIONS: Final[dict[type[ast.AST], Callable[[Builder, Any], syn.Expression]]] = {
    ast.Name: Builder._name,
    ast.Constant: Builder._constant,
    ast.JoinedStr: Builder._joined,
    ast.List: Builder._list,
    ast.Tuple: Builder._tuple,
    ast.Set: Builder._set,
    ast.Starred: Builder._starred,
    ast.Dict: Builder._dict,
    ast.UnaryOp: Builder._unary,
    ast.BinOp: Builder._binary,
    ast.BoolOp: Builder._boolean,
    ast.Compare: Builder._comparison,
    ast.IfExp: Builder._conditional,
    ast.NamedExpr: Builder._named,
    ast.Await: Builder._await,
    ast.Yield: Builder._yield,
    ast.YieldFrom: Builder._yield_from,
    ast.Attribute: Builder._attribute,
    ast.Subscript: Builder._subscript,
    ast.Call: Builder._call,
    ast.Lambda: Builder._lambda,
    ast.ListComp: Builder._list_comp,
    ast.SetComp: Builder._set_comp,
    ast.GeneratorExp: Builder._generator,
    ast.DictComp: Builder._dict_comp,
}
