"""Short scripts, interpreted, and the values of their names in a form that is easy to compare."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from lrlint.analysis import interpreter_for
from lrlint.analysis.interpreter.entry_points import traces
from lrlint.analysis.interpreter.interpreter import Interpreter
from lrlint.analysis.model.condition_queries import text_of
from lrlint.analysis.model.records import OptimizerValue, SchedulerValue
from lrlint.analysis.model.trace import Event, walk
from lrlint.analysis.model.values import (
    AnyValue,
    Choice,
    Const,
    DictValue,
    External,
    FunctionValue,
    Instance,
    ListValue,
    Loader,
    Sized,
    Stream,
    Truth,
)
from lrlint.source import load
from lrlint.symbolic import Expr

UNKNOWN: Final = "unknown"


def run(
    script: str, folder: Path | None = None, overrides: Mapping[str, object] | None = None
) -> Interpreter:
    """Interpret a script, which is a file of the folder where one is given."""
    path = Path("<stdin>") if folder is None else folder / "train.py"
    machine = interpreter_for(load(path, data=script.encode()), overrides=overrides)
    traces(machine)
    return machine


def value_of(code: str, before: str = "", folder: Path | None = None) -> object:
    """Return the plain form of an expression after some statements."""
    machine = run(f"{before}\nresult = [{code}]\n", folder)  # a number alone would be a setting
    match get(machine, "result"):
        case ListValue(items=[value]):
            return plain(value)
    raise AssertionError(f"{code} is not one expression")


def get(machine: Interpreter, name: str) -> AnyValue:
    """Return the value of a name at the top of the script."""
    value = machine.scope.find(name)
    assert value is not None, f"{name} has no value"
    return value


def events(machine: Interpreter) -> list[Event]:
    """Return what the script does to optimizers and schedulers, in order."""
    return [located.event for located in walk(machine.trace)]


def plain(value: AnyValue) -> object:
    """Return a value as Python's own where it is known, a setting as its default, else in words."""
    match value:
        case Expr():
            return str(value) if value.value is None else value.value
        case Const(value=constant):
            return constant
        case ListValue(items=list() as items):
            return [plain(item) for item in items]
        case DictValue(store=store) | Instance(store=store):
            return {key: plain(item) for key, item in store.data.items()}
        case ListValue(length=length) | Sized(length=length) | Loader(length=length):
            return type(value).__name__, None if length is None else plain(length)
        case Stream(items=list() as items):
            return [plain(item) for item in items]
        case Stream(trips=trips):
            return "Stream", None if trips is None else plain(trips)
        case Truth(condition=condition):
            return f"open: {text_of(condition)}"
        case Choice(alternatives=alternatives):
            return {plain(item) for _, item in alternatives}
        case OptimizerValue(record=optimizer):
            return optimizer.class_name
        case SchedulerValue(record=scheduler):
            return scheduler.law
        case External(name=name):
            return name
    return UNKNOWN


def settings_of_main(script: str, folder: Path) -> object:
    """Return the settings that hydra gives to the function ``main`` of a script in a folder."""
    function = get(run(script, folder), "main")
    assert isinstance(function, FunctionValue)
    default = function.defaults.get("cfg")
    return None if default is None else plain(default)


def write_settings(folder: Path, files: Mapping[str, str]) -> Path:
    """Write settings files below ``conf``; return the folder."""
    for name, text in files.items():
        path = folder / "conf" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder
