"""Functions with ``functools.cache``: they run once for the same arguments.

Another call returns the same object, and nothing is built or stepped a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.escapes import leave_function_open, leave_value_open
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.outcomes import MISSING
from lrlint.analysis.model.condition_queries import is_loop_atom
from lrlint.analysis.model.values import AnyValue, Const, FunctionValue, Opaque, Store
from lrlint.symbolic import Expr


def recall(
    machine: Machine, function: FunctionValue, arguments: Arguments, run: Callable[[], AnyValue]
) -> AnyValue:
    """Return the value of an earlier call where the function remembers it, else run it."""
    memory = function.traits.memory
    if memory is None:
        return run()
    key = _key(arguments) if function.receiver is None else None
    if key is None:
        value = _run_once(machine, run)
        why = "built or stepped by a cached function, whose arguments may come again"
        leave_function_open(function, why)
        leave_value_open(value, why)
        return value
    earlier = memory.data.get(key)
    if earlier is not None:
        return earlier
    value = _run_once(machine, run)
    if machine.loops:
        why = "built or stepped by a cached function in a loop"
        leave_function_open(function, why)
        leave_value_open(value, why)
    machine.write(memory, key, value)  # undone in the branches that did not call it
    return value


def _run_once(machine: Machine, run: Callable[[], AnyValue]) -> AnyValue:
    """Run a function; what it changes is unknown where only some iterations of a loop run it."""
    begun = len(machine.journal)
    value = run()
    if not machine.loops:
        return value
    earlier: dict[tuple[Store, Hashable], AnyValue] = {}
    for store, key, before in machine.journal[begun:]:
        earlier.setdefault((store, key), before)
    changed = [place for place, before in earlier.items() if before is not MISSING]  # no new name
    for store, key in changed:
        machine.write(store, key, Opaque())
    varies = isinstance(value, Expr) and any(map(is_loop_atom, value.atoms()))
    return Opaque() if changed or varies else value


def _key(arguments: Arguments) -> Hashable | None:
    """Return what identifies a call; None where an argument is not constant."""
    if arguments.open:
        return None
    key: list[Hashable] = []
    for name, value in [*enumerate(arguments.positional), *arguments.keywords.items()]:
        if isinstance(value, Expr) and value.atoms():
            return None
        if not isinstance(value, (Const, Expr)) or not isinstance(value.value, Hashable):
            return None
        key.append((name, type(value.value), value.value))
    return tuple(key)
