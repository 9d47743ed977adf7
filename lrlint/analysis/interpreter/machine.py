"""What all parts of the interpreter know: its state, and the doors to the other parts.

Evaluating an expression calls functions, whose bodies are statements, which evaluate expressions.
So that no part has to import the one that imports it, each is given a `Machine` and reaches the
others through its abstract methods, the doors. What libraries do comes in through a `Library`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Hashable, Mapping, Sequence

import libcst as cst

from lrlint.analysis.code.modules import ModuleUnit, Project
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.outcomes import (
    Limits,
    Outcome,
)
from lrlint.analysis.interpreter.state import State
from lrlint.analysis.model.conditions import Condition
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.values import (
    AnyValue,
    ClassValue,
    FunctionValue,
    Instance,
    Scope,
)


class Library(ABC):
    """What is known of code outside the project: libraries and Python's own functions.

    A method that may return None does so where nothing is known.
    """

    @abstractmethod
    def call(self, machine: Machine, name: str, arguments: Arguments, node: cst.Call) -> AnyValue:
        """Return the value of a call of a library's function or class, by its qualified name."""

    @abstractmethod
    def call_unevaluated(self, machine: Machine, name: str, node: cst.Call) -> AnyValue | None:
        """Return the value of a call whose arguments must not all be evaluated."""

    @abstractmethod
    def call_by_last_name(
        self, machine: Machine, path: str, arguments: Arguments, node: cst.Call
    ) -> AnyValue | None:
        """Return the value of a call by its last name: ``accelerator.prepare(…)`` of any object."""

    @abstractmethod
    def call_method(
        self, machine: Machine, receiver: AnyValue, name: str, arguments: Arguments, node: cst.Call
    ) -> AnyValue | None:
        """Return the value of a call of a method of a library's object."""

    @abstractmethod
    def member(self, machine: Machine, value: AnyValue, name: str) -> AnyValue | None:
        """Return an attribute of a library's object."""

    @abstractmethod
    def divide(self, left: AnyValue, right: AnyValue) -> AnyValue | None:
        """Return ``left / right``, where ``left`` is a library's object."""

    @abstractmethod
    def decorate(
        self,
        machine: Machine,
        value: AnyValue,
        decorator: cst.BaseExpression,
        node: cst.FunctionDef | cst.ClassDef,
    ) -> AnyValue:
        """Return what a decorator makes of a function."""

    @abstractmethod
    def construct(
        self, machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call
    ) -> AnyValue | None:
        """Return an object of a class of the project, where its bases in a library decide it."""

    @abstractmethod
    def kind_of_class(self, cls: ClassValue) -> LibraryKind | None:
        """Return what the objects of a class of the project are to the library it derives from."""

    @abstractmethod
    def drive(self, machine: Machine, instance: Instance) -> bool:
        """Run the training of an object by its framework; return whether it has one."""


class Machine(State, ABC):
    """The state of one interpretation, with the doors to the parts of the interpreter.

    `Interpreter` implements the doors; a test may implement them in its own way.
    """

    library: Library

    def __init__(
        self,
        project: Project,
        unit: ModuleUnit,
        library: Library,
        overrides: Mapping[str, object] | None = None,
        limits: Limits | None = None,
        carried: frozenset[Hashable] = frozenset(),
    ) -> None:
        super().__init__(project, unit, overrides, limits, carried)
        self.library = library

    @abstractmethod
    def evaluate(self, node: cst.CSTNode) -> AnyValue:
        """Return the value of an expression."""

    @abstractmethod
    def truth(self, node: cst.CSTNode) -> bool | Condition:
        """Return whether an expression is true, or the condition under which it is true."""

    @abstractmethod
    def run(self, node: cst.CSTNode) -> Outcome:
        """Interpret one statement."""

    @abstractmethod
    def run_block(self, statements: Sequence[cst.CSTNode]) -> Outcome:
        """Interpret statements one after the other."""

    @abstractmethod
    def call(self, function: AnyValue, arguments: Arguments, node: cst.Call) -> AnyValue:
        """Call a value."""

    @abstractmethod
    def call_function(self, function: FunctionValue, arguments: Arguments) -> AnyValue:
        """Interpret the body of a function of the project with its arguments bound."""

    @abstractmethod
    def call_method(
        self, receiver: AnyValue, name: str, arguments: Arguments, node: cst.Call
    ) -> AnyValue:
        """Return the value of ``receiver.name(…)``."""

    @abstractmethod
    def get_attribute(self, owner: AnyValue, name: str) -> AnyValue:
        """Return the value of ``owner.name``."""

    @abstractmethod
    def find_method(self, owner: Instance, name: str) -> AnyValue | None:
        """Return an attribute that an object has from its class; a method comes bound."""

    @abstractmethod
    def scope_of(self, unit: ModuleUnit) -> Scope:
        """Return the names of a module of the project, which runs when it is first asked for."""
