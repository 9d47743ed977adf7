"""From CPython's own tree to the one that the analyser reads.

CPython's parser takes a tenth of the time of libcst's, and what follows here as much again.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any, Final

from lrlint.syntax import nodes as syn
from lrlint.syntax.expressions import OPERATORS, ExpressionBuilder

_Function = ast.FunctionDef | ast.AsyncFunctionDef
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


class Builder(ExpressionBuilder):
    """Builds the nodes of one text, of which ``starts`` says where its rows are."""

    def __init__(self, text: bytes, starts: Sequence[int]) -> None:
        super().__init__(text, starts)
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
            convert = _SIMPLE.get(type(one), ExpressionBuilder.other)
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

    def _expr(self, node: ast.Expr) -> syn.Statement:
        value = self.expression(node.value)
        return syn.Expr(*self.span(node), value)

    def _assign(self, node: ast.Assign) -> syn.Statement:
        targets = [
            syn.AssignTarget(target.start, target.end, target)
            for target in map(self.expression, node.targets)
        ]
        return syn.Assign(*self.span(node), targets, self.expression(node.value))

    def _annotated(self, node: ast.AnnAssign) -> syn.Statement:
        return syn.AnnAssign(
            *self.span(node),
            self.expression(node.target),
            self.expression(node.annotation),
            self.maybe(node.value),
        )

    def _augmented(self, node: ast.AugAssign) -> syn.Statement:
        operator = OPERATORS[type(node.op)]
        target = self.expression(node.target)
        return syn.AugAssign(*self.span(node), target, operator, self.expression(node.value))

    def _return(self, node: ast.Return) -> syn.Statement:
        return syn.Return(*self.span(node), self.maybe(node.value))

    def _raise(self, node: ast.Raise) -> syn.Statement:
        return syn.Raise(*self.span(node), self.maybe(node.exc), self.maybe(node.cause))

    def _assert(self, node: ast.Assert) -> syn.Statement:
        return syn.Assert(*self.span(node), self.expression(node.test), self.maybe(node.msg))

    def _delete(self, node: ast.Delete) -> syn.Statement:
        targets = [self.expression(target) for target in node.targets]
        target = targets[0]
        if len(targets) > 1:
            elements = [syn.Element(one.start, one.end, one) for one in targets]
            target = syn.Tuple(targets[0].start, targets[-1].end, elements)
        return syn.Del(*self.span(node), target)

    def _pass(self, node: ast.Pass) -> syn.Statement:
        return syn.Pass(*self.span(node))

    def _break(self, node: ast.Break) -> syn.Statement:
        return syn.Break(*self.span(node))

    def _continue(self, node: ast.Continue) -> syn.Statement:
        return syn.Continue(*self.span(node))

    def _global(self, node: ast.Global) -> syn.Statement:
        start, end = self.span(node)
        return syn.Global(start, end, self._declared(start + len("global"), node.names))

    def _nonlocal(self, node: ast.Nonlocal) -> syn.Statement:
        start, end = self.span(node)
        return syn.Nonlocal(start, end, self._declared(start + len("nonlocal"), node.names))

    def _declared(self, start: int, names: Sequence[str]) -> list[syn.Name]:
        made = []
        for name in names:
            start = self.find(name, start)
            end = start + len(name.encode())
            made.append(syn.Name(start, end, name))
            start = end
        return made

    def _import(self, node: ast.Import) -> syn.Statement:
        return syn.Import(*self.span(node), [self._alias(alias) for alias in node.names])

    def _import_from(self, node: ast.ImportFrom) -> syn.Statement:
        start, end = self.span(node)
        module = None
        if node.module is not None:
            first = self.find(node.module.partition(".")[0], start + len("from"))
            module = self._dotted(first, node.module)
        names: list[syn.ImportAlias] | syn.ImportStar
        if node.names[0].name == "*":
            names = syn.ImportStar(*self.span(node.names[0]))
        else:
            names = [self._alias(alias) for alias in node.names]
        return syn.ImportFrom(start, end, module, names, node.level)

    def _alias(self, alias: ast.alias) -> syn.ImportAlias:
        start, end = self.span(alias)
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
        start, end = self.span(node)
        orelse: syn.If | syn.Else | None = None
        match node.orelse:
            case [ast.If() as other] if self.text.startswith(b"elif", self.span(other)[0]):
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
            *self.span(node),
            self.expression(node.target),
            self.expression(node.iter),
            self.block(node.body),
            self._else(node.orelse),
        )

    def _while(self, node: ast.While) -> syn.While:
        test = self.expression(node.test)
        return syn.While(*self.span(node), test, self.block(node.body), self._else(node.orelse))

    def _with(self, node: ast.With | ast.AsyncWith) -> syn.With:
        items = []
        for item in node.items:
            value = self.expression(item.context_expr)
            target = self.maybe(item.optional_vars)
            asname = None if target is None else syn.AsName(target.start, target.end, target)
            end = value.end if target is None else target.end
            items.append(syn.WithItem(value.start, end, value, asname))
        return syn.With(*self.span(node), items, self.block(node.body))

    def _try(self, node: Any) -> syn.Try:
        body = self.block(node.body)
        handlers = [self._handler(handler) for handler in node.handlers]
        final = None
        if node.finalbody:
            block = self.block(node.finalbody)
            final = syn.Finally(block.start, block.end, block)
        return syn.Try(*self.span(node), body, handlers, self._else(node.orelse), final)

    def _handler(self, node: ast.ExceptHandler) -> syn.ExceptHandler:
        start, end = self.span(node)
        kind = self.maybe(node.type)
        name = None
        if node.name is not None and kind is not None:
            at = self.find(node.name, self.find("as", kind.end) + len("as"))
            to = at + len(node.name.encode())
            name = syn.AsName(at, to, syn.Name(at, to, node.name))
        return syn.ExceptHandler(start, end, self.block(node.body), kind, name)

    def _function(self, node: _Function) -> syn.FunctionDef:
        start, end = self.span(node)
        is_cut = self._cut is not None and self._cut(node)
        body = syn.Block(*self.span(node.body[0]), []) if is_cut else self._inner(node.body)
        made = syn.FunctionDef(
            start,
            end,
            self._defined(node.name, start),
            self.parameters(node.args, start),
            body,
            [self.expression(one) for one in node.decorator_list],
            self.maybe(node.returns),
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
        start, end = self.span(node)
        given = self.arguments(node.bases, node.keywords)
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
            at = self.find("def", start) + len("def")
        at = self.find(name, at)
        return syn.Name(at, at + len(name.encode()), name)

    def _match(self, node: ast.Match) -> syn.Match:
        cases = []
        for case in node.cases:
            pattern = self._pattern(case.pattern)
            body = self.block(case.body)
            guard = self.maybe(case.guard)
            cases.append(syn.MatchCase(pattern.start, body.end, pattern, body, guard))
        return syn.Match(*self.span(node), self.expression(node.subject), cases)

    def _pattern(self, node: ast.pattern) -> syn.MatchPattern:
        start, end = self.span(node)
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
