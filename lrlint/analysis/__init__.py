"""From a source file to facts: the abstract interpreter of training scripts.

``modules`` parses and finds the project's modules; ``interpreter`` walks them, with one module for
each kind of syntax, and writes a ``trace``; ``derive`` counts facts from it; ``library`` holds what
torch, Python and other libraries do, ``frameworks`` who steps a schedule out of the script's sight.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass

from lrlint.analysis import frameworks  # noqa: F401  (importing it registers its models)
from lrlint.analysis.code.modules import Project
from lrlint.analysis.derive import derive
from lrlint.analysis.interpreter.budget import give_up
from lrlint.analysis.interpreter.entry_points import traces
from lrlint.analysis.interpreter.interpreter import Interpreter
from lrlint.analysis.interpreter.outcomes import BadOverride
from lrlint.analysis.library import LIBRARIES
from lrlint.analysis.model.trace import (
    Block,
    BuildOptimizer,
    OptimizerCall,
    OptimizerStep,
    walk,
)
from lrlint.analysis.model.values import Const, ListValue
from lrlint.facts import Place, Training
from lrlint.source import SourceFile


@dataclass(frozen=True)
class Analysis:
    """What is known of one file."""

    trainings: tuple[Training, ...]
    undecided: tuple[tuple[Place | None, str], ...]
    traces: tuple[Block, ...] = ()
    unused: tuple[str, ...] = ()
    """The names that were given values and that the file does not use."""
    names: tuple[str, ...] = ()
    """The names that may be given values, where some are unused."""

    def settled(self, source: SourceFile) -> Collection[int]:
        """Return the lines whose findings are all known; 0 means the whole file."""
        if any(place is None for place, _ in self.undecided) or not self.traces:
            return ()
        from lrlint.analysis.settled import settled_rows  # few files have comments about findings

        return settled_rows(self.traces, self.trainings, source)


def analyse(
    source: SourceFile,
    project: Project | None = None,
    overrides: Mapping[str, object] | None = None,
) -> Analysis:
    """Interpret a file and derive the facts of each of its trainings.

    ``overrides`` gives values to names that the script leaves open or to a default
    (``len(train_loader)``, ``args.epochs``). Raises :class:`lrlint.source.SourceError` where the
    file cannot be parsed.
    """
    interpreter, blocks = interpret(source, project, overrides)
    if interpreter.unit.refusal is not None:
        raise interpreter.unit.refusal
    trainings = tuple(derive(block) for block in blocks)
    undecided: list[tuple[Place | None, str]] = list(interpreter.undecided)
    for training in trainings:
        for schedule in training.schedules:
            undecided += [(schedule.place, reason) for reason in schedule.stepping.undecided]
    unused = tuple(interpreter.overrides.unused(interpreter.scopes))
    names = tuple(sorted(interpreter.overrides.asked)) if unused else ()
    return Analysis(trainings, tuple(undecided), tuple(blocks), unused, names)


def interpret(
    source: SourceFile,
    project: Project | None = None,
    overrides: Mapping[str, object] | None = None,
    command_line: Sequence[str] | None = None,
) -> tuple[Interpreter, list[Block]]:
    """Interpret a file, again where more has turned out to change in loops; return its traces.

    ``command_line`` is the script's ``sys.argv``, where it is known.
    Raises :class:`lrlint.source.SourceError` where the file cannot be parsed.
    """
    project = Project() if project is None else project
    carried: frozenset[Hashable] = frozenset()
    for _ in range(_MOST_ROUNDS):
        interpreter = interpreter_for(source, project, overrides, carried)
        if command_line is not None:
            words = [Const(word) for word in command_line]
            interpreter.patched.data["sys.argv"] = ListValue([*words])
        blocks = traces(interpreter)
        if not interpreter.unforeseen or _has_no_schedule(interpreter, blocks):
            return interpreter, blocks
        carried |= interpreter.unforeseen
    for block in blocks:
        give_up(block, "changed from one iteration of a loop to the next")
    return interpreter, blocks


def _has_no_schedule(interpreter: Interpreter, blocks: Sequence[Block]) -> bool:
    """Whether a file builds no schedule, whatever changes in its loops.

    Other values there may lead to a branch that was left out, but to no other code.
    """
    return not interpreter.left_out and all(
        isinstance(located.event, (BuildOptimizer, OptimizerStep, OptimizerCall))
        for block in blocks
        for located in walk(block)
    )


def interpreter_for(
    source: SourceFile,
    project: Project | None = None,
    overrides: Mapping[str, object] | None = None,
    carried: frozenset[Hashable] = frozenset(),
) -> Interpreter:
    """Return an interpreter that is ready to walk a file.

    ``carried`` are the attributes and keys that are known to change in loops. Raises
    :class:`lrlint.source.SourceError` where the file cannot be parsed.
    """
    project = Project() if project is None else project
    return Interpreter(project, project.entry(source), LIBRARIES, overrides, carried=carried)


_MOST_ROUNDS = 4
"""How often a file is interpreted at most."""


__all__ = ["Analysis", "BadOverride", "Project", "analyse", "interpret", "interpreter_for"]
