"""Places in the user's source: held as syntax nodes, resolved to rows and columns on demand."""

from __future__ import annotations

from dataclasses import dataclass, replace

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit
from lrlint.facts import Place
from lrlint.fix import Change, Edit, MoveStatement
from lrlint.source import SourceFile
from lrlint.span import Span
from lrlint.symbolic import Expr


@dataclass(frozen=True, eq=False, slots=True)
class SyntaxPlace(Place):
    """A node of a parsed module, and the statement that it is part of."""

    unit: ModuleUnit
    node: cst.CSTNode
    statement: cst.CSTNode | None = None

    @property
    def source(self) -> SourceFile:
        """The file that this lies in."""
        return self.unit.source

    @property
    def text(self) -> str:
        return " ".join(self.unit.code(self.node).split())

    def span(self) -> Span:
        return self.unit.span(self.header)

    @property
    def header(self) -> cst.CSTNode:
        """What to point at: a loop or a branch is its header, not its whole body."""
        match self.node:
            case cst.For(iter=part) | cst.While(test=part) | cst.If(test=part):
                return part
            case cst.FunctionDef(name=name) | cst.ClassDef(name=name):
                return name
        return self.node

    @property
    def statement_rows(self) -> tuple[int, ...]:
        """The last row of the statement, in the module: a suppression may be there, too."""
        if not isinstance(self.statement, (cst.SimpleStatementLine, cst.SimpleStatementSuite)):
            return ()
        return self.unit.source.module_rows(self.unit.span(self.statement))

    def rewrite(self, change: Change) -> tuple[Edit, ...] | None:
        from lrlint.analysis.places.rewrite import edits  # 5 ms that files without a fix save

        if isinstance(change, MoveStatement):
            to = change.to
            if not isinstance(to, SyntaxPlace) or to.unit is not self.unit:
                return None
            change = replace(change, to=to.node)
        return edits(self.unit, self.node, change)

    def write(self, expression: Expr) -> str | None:
        from lrlint.analysis.places.spelling import spelled

        return spelled(self.unit, self.node, expression)
