"""The interpreter: a `Machine` whose doors lead to the modules of this package."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit
from lrlint.analysis.interpreter import (
    assignment,
    attributes,
    budget,
    calls,
    definitions,
    escapes,
    expressions,
    function_calls,
    journal,
    methods,
)
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import ENDS, GOES_ON, UNCOMPUTABLE, Outcome
from lrlint.analysis.interpreter.statements import STATEMENTS
from lrlint.analysis.model.conditions import Condition, any_of, negate
from lrlint.analysis.model.values import AnyValue, FunctionValue, Instance, Opaque, Scope, Store


class Interpreter(Machine):
    """Interprets a script and records its trace.

    Each body is interpreted once, loops included. The number of nodes and the depth of calls are
    bounded.
    """

    def run_block(self, statements: Sequence[cst.CSTNode]) -> Outcome:
        """Interpret statements one after the other."""
        for position, statement in enumerate(statements):
            outcome = self.run(statement)
            if outcome.ends:
                return outcome
            if outcome.escaped is not None:
                return self._run_rest(statement, statements[position + 1 :], outcome)
        return GOES_ON

    def _run_rest(
        self, node: cst.CSTNode, rest: Sequence[cst.CSTNode], outcome: Outcome
    ) -> Outcome:
        """Interpret what follows a conditional ``return`` or ``continue``, under its opposite."""
        escaped = outcome.escaped
        assert escaped is not None
        reached = negate(escaped)
        start = len(self.journal)
        with self.guard(reached, node):
            inner = self.run_block(rest)
        changes = journal.take_back(self, start)
        # Local variables are gone after a `return`.
        local = self.scope.store if outcome.leaves_function else None
        journal.join_changes(self, reached, changes, {}, skip=local)
        if inner.ends:
            return ENDS
        return Outcome(
            escaped=escaped if inner.escaped is None else any_of(escaped, inner.escaped),
            leaves_function=outcome.leaves_function,
        )

    def run(self, node: cst.CSTNode) -> Outcome:
        """Interpret one statement."""
        self.spend()
        handler = STATEMENTS.get(type(node))
        if handler is None:
            return GOES_ON
        outer = self.statement
        self.statement = node
        try:
            return handler(self, node)
        except RecursionError:
            return self._leave_open(node, "nested too deeply to follow")
        except UNCOMPUTABLE:
            return self._leave_open(node, "a number that cannot be computed")
        finally:
            self.statement = outer

    def _leave_open(self, node: cst.CSTNode, why: str) -> Outcome:
        """Leave open what a statement does that cannot be followed: it may step what it names."""
        self.note(self.here(node), why)
        escapes.escape_named(self.scope, node, why)
        if isinstance(node, cst.Assign):
            for target in node.targets:
                assignment.assign(self, target.target, Opaque())
        return GOES_ON

    def evaluate(self, node: cst.CSTNode) -> AnyValue:
        return expressions.evaluate(self, node)

    def truth(self, node: cst.CSTNode) -> bool | Condition:
        return expressions.truth(self, node)

    def call(self, function: AnyValue, arguments: Arguments, node: cst.Call) -> AnyValue:
        return calls.call(self, function, arguments, node)

    def call_function(self, function: FunctionValue, arguments: Arguments) -> AnyValue:
        return function_calls.call_function(self, function, arguments)

    def call_method(
        self, receiver: AnyValue, name: str, arguments: Arguments, node: cst.Call
    ) -> AnyValue:
        return methods.call_method(self, receiver, name, arguments, node)

    def get_attribute(self, owner: AnyValue, name: str) -> AnyValue:
        return attributes.get_attribute(self, owner, name)

    def find_method(self, owner: Instance, name: str) -> AnyValue | None:
        return attributes.find_method(self, owner, name)

    def scope_of(self, unit: ModuleUnit) -> Scope:
        scope = self.scopes.get(unit)
        if scope is None:
            scope = self.scopes[unit] = Scope(Store(), unit)
            definitions.bind_builtin_names(self, scope)
            budget.import_module(self, unit, scope)
        return scope
