"""A machine whose doors answer what a test has written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit, Project
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Library, Machine
from lrlint.analysis.interpreter.outcomes import GOES_ON, Limits, Outcome
from lrlint.analysis.model.condition_queries import text_of
from lrlint.analysis.model.conditions import Condition, Flag
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.questions import Asks, Question
from lrlint.analysis.model.records import (
    OptimizerRecord,
    OptimizerValue,
    SchedulerRecord,
    SchedulerValue,
)
from lrlint.analysis.model.trace import Block, Break, Repeat, When
from lrlint.analysis.model.values import (
    AnyValue,
    ClassValue,
    FunctionValue,
    Instance,
    Opaque,
    Scope,
    Store,
)
from lrlint.source import load
from lrlint.symbolic import Expr


class NoLibrary(Library):
    """A library that knows nothing; ``called`` lists what it was asked for."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def call(self, machine: Machine, name: str, arguments: Arguments, node: cst.Call) -> AnyValue:
        self.called.append(name)
        return Opaque(f"{name}()")

    def call_unevaluated(self, machine: Machine, name: str, node: cst.Call) -> AnyValue | None:
        return None

    def call_by_last_name(
        self, machine: Machine, path: str, arguments: Arguments, node: cst.Call
    ) -> AnyValue | None:
        return None

    def call_method(
        self, machine: Machine, receiver: AnyValue, name: str, arguments: Arguments, node: cst.Call
    ) -> AnyValue | None:
        self.called.append(name)
        return None

    def member(self, machine: Machine, value: AnyValue, name: str) -> AnyValue | None:
        return None

    def divide(self, left: AnyValue, right: AnyValue) -> AnyValue | None:
        return None

    def decorate(
        self,
        machine: Machine,
        value: AnyValue,
        decorator: cst.BaseExpression,
        node: cst.FunctionDef,
    ) -> AnyValue:
        return value

    def construct(
        self, machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call
    ) -> AnyValue | None:
        return None

    def kind_of_class(self, cls: ClassValue) -> LibraryKind | None:
        return None

    def drive(self, machine: Machine, instance: Instance) -> bool:
        return False


class FakeMachine(Machine):
    """A machine on a script of which only the nodes are used.

    Its doors look up their answers: values, truths and outcomes by source text, attributes and
    methods by name. ``calls`` lists what was called, and with which arguments.
    """

    def __init__(
        self,
        text: str = "",
        *,
        values: Mapping[str, AnyValue] | None = None,
        overrides: Mapping[str, object] | None = None,
        limits: Limits | None = None,
    ) -> None:
        project = Project()
        unit = project.entry(load(Path("<stdin>"), data=text.encode()))
        super().__init__(project, unit, NoLibrary(), overrides, limits)
        self.values = dict(values or {})
        self.truths: dict[str, bool | Condition] = {}
        self.outcomes: dict[str, Outcome] = {}
        self.attributes: dict[str, AnyValue] = {}
        self.methods: dict[str, AnyValue] = {}
        self.results: dict[str, AnyValue] = {}
        self.calls: list[tuple[object, Arguments]] = []
        self.ran: list[str] = []

    # -- the script -----------------------------------------------------------------------------

    @property
    def statements(self) -> Sequence[Any]:
        return self.unit.tree.body

    def expression(self, position: int = 0) -> Any:
        """Return the expression that a statement of the script consists of."""
        return self.statements[position].body[0].value

    def function(self, position: int = 0, **fields: Any) -> FunctionValue:
        """Return the function that a statement of the script defines."""
        return FunctionValue(self.statements[position], self.scope, **fields)

    def class_(self, position: int = 0, *bases: AnyValue, **members: AnyValue) -> ClassValue:
        """Return the class that a statement of the script defines."""
        node = self.statements[position]
        scope = Scope(Store(dict(members)), self.unit, parent=self.scope)
        return ClassValue(node.name.value, node, scope, bases)

    # -- doors ----------------------------------------------------------------------------------

    def evaluate(self, node: cst.CSTNode) -> AnyValue:
        return self.values[self.unit.code(node)]

    def truth(self, node: cst.CSTNode) -> bool | Condition:
        return self.truths[self.unit.code(node)]

    def run(self, node: cst.CSTNode) -> Outcome:
        text = self.unit.code(node)
        self.ran.append(text)
        return self.outcomes.get(text, GOES_ON)

    def run_block(self, statements: Sequence[cst.CSTNode]) -> Outcome:
        outcome = GOES_ON
        for statement in statements:
            outcome = self.run(statement)
        return outcome

    def call(self, function: AnyValue, arguments: Arguments, node: cst.Call) -> AnyValue:
        self.calls.append((function, arguments))
        return self.results.get("", Opaque())

    def call_function(self, function: FunctionValue, arguments: Arguments) -> AnyValue:
        self.calls.append((function, arguments))
        return self.results.get(function.node.name.value, Opaque())

    def call_method(
        self, receiver: AnyValue, name: str, arguments: Arguments, node: cst.Call
    ) -> AnyValue:
        self.calls.append((name, arguments))
        return self.results.get(name, Opaque())

    def get_attribute(self, owner: AnyValue, name: str) -> AnyValue:
        return self.attributes.get(name, Opaque(name))

    def find_method(self, owner: Instance, name: str) -> AnyValue | None:
        return self.methods.get(name)

    def scope_of(self, unit: ModuleUnit) -> Scope:
        return self.scopes[unit]


# -- values ---------------------------------------------------------------------------------------


def number(value: float) -> Expr:
    return Expr.const(value)


def flag(name: str, default: bool | None = None) -> Flag:
    return Flag(Question(Asks.TRUTH, name), name, default)


def optimizer(machine: Machine, **fields: Any) -> OptimizerValue:
    options: dict[str, Any] = {"groups": ({},), "group_places": (None,), "defaults": {}, **fields}
    return OptimizerValue(OptimizerRecord("SGD", machine.here(machine.unit.tree), **options))


def scheduler(machine: Machine, **fields: Any) -> SchedulerValue:
    options: dict[str, Any] = {"optimizer": None, "arguments": {}, "places": {}, **fields}
    return SchedulerValue(SchedulerRecord("StepLR", machine.here(machine.unit.tree), **options))


# -- traces ---------------------------------------------------------------------------------------


def shape(block: Block) -> list[object]:
    """Return a trace as nested lists: conditions, loops and the names of events."""
    found: list[object] = []
    for node in block:
        match node:
            case When(condition=condition, body=body):
                found.append((text_of(condition), shape(body)))
            case Repeat(loop=loop, body=body):
                found.append((f"for {loop.index.name} in {loop.trips}", shape(body)))
            case Break(levels=levels):
                found.append(f"break {levels}")
            case _:
                found.append(type(node).__name__)
    return found
