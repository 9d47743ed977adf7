"""Names: looked up from the inside out, defined by ``def`` and ``class``."""

from __future__ import annotations

from lrlint.analysis.interpreter import definitions
from lrlint.analysis.interpreter.imports import LazyImport
from lrlint.analysis.model.values import (
    ClassValue,
    Const,
    External,
    FunctionValue,
    Opaque,
    Scope,
    Store,
)
from lrlint.symbolic import Expr, Strength

from .fake import FakeMachine, number


def test_the_names_of_every_module() -> None:
    machine = FakeMachine()
    data = machine.scope.store.data
    definitions.bind_builtin_names(machine, machine.scope, main=True)
    assert data["__name__"] == Const("__main__")
    file = str(machine.unit.path)
    assert data["__file__"] == Const(file, Strength.DEFAULT, "__file__")
    definitions.bind_builtin_names(machine, machine.scope)
    assert data["__name__"] == Const(machine.unit.name)


def test_the_innermost_scope_wins() -> None:
    machine = FakeMachine()
    machine.scope.store.data.update(x=Const("outer"), y=Const("outer"))
    inner = Scope(Store({"x": Const("inner")}), machine.unit, parent=machine.scope)
    with machine.elsewhere(machine.unit, inner):
        assert definitions.lookup(machine, "x") == Const("inner")
        assert definitions.lookup(machine, "y") == Const("outer")
        inner.globals_.add("x")
        assert definitions.lookup(machine, "x") == Const("outer")


def test_a_name_without_a_binding() -> None:
    machine = FakeMachine()
    assert definitions.lookup(machine, "len") == External("builtins.len")
    assert isinstance(definitions.lookup(machine, "EPOCHS"), Opaque)
    machine.unit.star_imports["StepLR"] = "torch.optim.lr_scheduler.StepLR"
    assert definitions.lookup(machine, "StepLR") == External("torch.optim.lr_scheduler.StepLR")


def test_an_import_is_resolved_once_and_for_all_branches() -> None:
    machine = FakeMachine()
    data = machine.scope.store.data
    data["torch"] = LazyImport(machine.unit, "torch", 0, None)
    assert definitions.lookup(machine, "torch") == External("torch")
    assert data["torch"] == External("torch")
    assert machine.journal == []


def test_a_function_keeps_its_defaults() -> None:
    machine = FakeMachine("def f(a, b=2, *, c=3): pass", values={"2": number(2), "3": number(3)})
    definitions.define_function(machine, machine.statements[0])
    function = machine.scope.store.data["f"]
    assert isinstance(function, FunctionValue)
    assert function.defaults == {"b": number(2), "c": number(3)}


def test_decorators_apply_from_the_inside_out() -> None:
    machine = FakeMachine("@first\n@second\ndef f(): pass")
    seen: list[str] = []
    machine.library.decorate = lambda machine, value, decorator, node: (
        seen.append(machine.unit.code(decorator)) or value
    )
    definitions.define_function(machine, machine.statements[0])
    assert seen == ["second", "first"]


def test_a_class_owns_its_methods_and_names_its_numbers() -> None:
    machine = FakeMachine("class Config(Base): pass", values={"Base": External("torch.Base")})
    node = machine.statements[0]
    method = FunctionValue(FakeMachine("def f(): pass").statements[0], machine.scope)
    lr = machine.named_number("lr", 0.1, Strength.CONSTANT)

    def run(statement: object) -> object:
        machine.scope.store.data.update(f=method, lr=lr, n=number(0))
        return None

    machine.run = run
    definitions.define_class(machine, node)
    cls = machine.scope.store.data["Config"]
    assert isinstance(cls, ClassValue)
    assert cls.bases == (External("torch.Base"),)
    assert (method.owner, method.scope) == (cls, machine.scope)
    named = cls.scope.store.data["lr"]
    assert isinstance(named, Expr)
    assert (str(named), named.value) == ("Config.lr", 0.1)
    assert cls.scope.store.data["n"] == number(0)
