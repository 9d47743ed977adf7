"""Functions that ``functools`` makes remember: each is run once for the same arguments.

Who calls one again gets the same object, and nothing is built or stepped a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.model.values import AnyValue, Const, FunctionValue
from lrlint.symbolic import Expr


def recall(
    machine: Machine, function: FunctionValue, arguments: Arguments, run: Callable[[], AnyValue]
) -> AnyValue:
    """The value of a call: what an earlier one has returned if the function remembers it."""
    memory = function.traits.memory
    if memory is None or function.receiver is not None:
        return run()
    key = _key(arguments)
    if key is None:
        return run()
    known = memory.data.get(key)
    if known is None:
        known = run()
        machine.write(memory, key, known)  # a branch that did not call it takes this back
    return known


def _key(arguments: Arguments) -> Hashable | None:
    """What tells one call from another; None where an argument is no constant."""
    if arguments.open:
        return None
    found: list[Hashable] = []
    for name, value in [*enumerate(arguments.positional), *arguments.keywords.items()]:
        if isinstance(value, Expr) and value.atoms():
            return None
        if not isinstance(value, (Const, Expr)) or not isinstance(value.value, Hashable):
            return None
        found.append((name, type(value.value), value.value))
    return tuple(found)
