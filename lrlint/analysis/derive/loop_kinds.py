"""The kind of each loop: whether one iteration is an epoch, a batch or something else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import libcst as cst

from lrlint.analysis.code.queries import names_in
from lrlint.analysis.derive.dry_runs import is_dry_run
from lrlint.analysis.model import words
from lrlint.analysis.model.condition_queries import is_loop_atom, is_measured, text_of
from lrlint.analysis.model.conditions import Condition, natures
from lrlint.analysis.model.questions import CHANGING
from lrlint.analysis.model.trace import (
    Block,
    Located,
    OptimizerStep,
    Repeat,
    SchedulerStep,
    breaks_out_of,
)
from lrlint.analysis.model.trace_numbers import measured_counters
from lrlint.facts import Loop, LoopKind
from lrlint.source.nodes import small_statements, statements_of
from lrlint.symbolic import Unit

_EPOCH = re.compile(r"epoch|(^|_)ep$|^e$", re.IGNORECASE)
_STEP = re.compile(r"step|iter|batch|^it$|^idx$|update", re.IGNORECASE)
_OTHER = re.compile(r"fold|seed|trial|run|split|task|model|lr|config|repeat|param|exp", re.I)
"""Names of loop variables that count neither epochs nor batches."""
_STOPS = re.compile(
    r"early_?stop|stop_?early|patience|(should|need|to)_?stop|no_?improve|(^|_)(wait|bad_epochs)",
    re.IGNORECASE,
)
"""Words of a condition that waits for a measured value to improve no longer."""


class Loops:
    """The loops of a trace with their kinds."""

    def __init__(self, located: list[Located]) -> None:
        self._kinds: dict[int, LoopKind] = {}
        self._facts: dict[int, Loop] = {}
        self._cut: dict[int, bool] = {}
        records = {id(node.loop): node.loop for item in located for node in item.loops}
        self._measured = measured_counters(records.values())
        nests: dict[tuple[int, ...], tuple[Repeat, ...]] = {}
        for item in located:
            if isinstance(item.event, OptimizerStep):
                loops = tuple(loop for loop in item.loops if not _chooses(loop, item.event))
                nests[tuple(map(id, loops))] = loops
        for loops in filter(None, nests.values()):
            self._judge_nest(loops)
        for item in located:
            for position, loop in enumerate(item.loops):
                if id(loop) not in self._kinds:
                    self._kinds[id(loop)] = self._without_update(loop, item.loops[:position])

    def kind(self, loop: Repeat) -> LoopKind:
        """Return what one iteration of a loop is."""
        return self._kinds.get(id(loop), LoopKind.OTHER)

    def is_cut(self, repeat: Repeat) -> bool:
        """Whether a break that depends on a counter ends a loop before its last iteration."""
        cut = self._cut.get(id(repeat))
        if cut is None:
            cut = self._cut[id(repeat)] = any(
                any(map(self._counts, conditions)) for conditions in _breaks(repeat)
            )
        return cut

    def _counts(self, condition: Condition) -> bool:
        """Whether a condition depends on how often loops have run, and on no measured value."""
        return any(map(is_loop_atom, condition.atoms())) and not is_measured(
            condition, self._measured
        )

    def fact(self, repeat: Repeat) -> Loop:
        """Return a loop as rules see it."""
        fact = self._facts.get(id(repeat))
        if fact is None:
            record = repeat.loop
            fact = self._facts[id(repeat)] = Loop(
                kind=self.kind(repeat),
                trips=record.trips,
                place=record.place,
                over=record.over,
                first=record.first,
                may_break=record.may_break or any(True for _ in _breaks(repeat)),
                stops_early=any(any(map(_waits, conditions)) for conditions in _breaks(repeat)),
                dry_run=is_dry_run(record),
            )
        return fact

    def _set(self, loop: Repeat, kind: LoopKind) -> None:
        # A loop that is the batch loop of one optimizer stays that for another.
        self._kinds.setdefault(id(loop), kind)

    def _judge_nest(self, loops: tuple[Repeat, ...]) -> None:
        """Set the kinds of the loops around an optimizer step, given outermost first."""
        over_loader = [i for i, loop in enumerate(loops) if loop.loop.over_loader]
        if over_loader:
            batch = over_loader[-1]
            self._set(loops[batch], LoopKind.BATCH)
            for loop in loops[batch + 1 :]:
                self._set(loop, LoopKind.OTHER)
            self._around(loops[:batch])
            return
        loops = tuple(loop for loop in loops if not loop.loop.calls)
        if not loops:
            return
        innermost = loops[-1]
        outer = loops[:-1]
        inside_epoch = any(_says_epoch(loop) for loop in outer)
        is_step = not _says_epoch(innermost) and (
            _says_step(innermost) or bool(outer and not _is_named(outer[-1], _OTHER))
        )
        if outer and (inside_epoch or is_step):
            self._set(innermost, LoopKind.BATCH)
            self._around(outer)
            return
        self._set(innermost, LoopKind.BATCH if _says_step(innermost) else LoopKind.EPOCH)
        for loop in outer:
            self._set(loop, LoopKind.OTHER)

    def _around(self, loops: tuple[Repeat, ...]) -> None:
        """Set the kinds of the loops around a batch loop: one of them counts epochs."""
        if not loops:
            return
        named = [i for i, loop in enumerate(loops) if _is_named(loop, _EPOCH)] or [
            i for i, loop in enumerate(loops) if _says_epoch(loop)
        ]
        epoch = named[-1] if named else len(loops) - 1
        for position, loop in enumerate(loops):
            self._set(loop, LoopKind.EPOCH if position == epoch else LoopKind.OTHER)

    def _without_update(self, loop: Repeat, outer: tuple[Repeat, ...]) -> LoopKind:
        """Return the kind of a loop without any step of an optimizer."""
        record = loop.loop
        if record.calls:
            return LoopKind.OTHER
        if record.over_loader:
            evaluated = record.without_gradients or (
                record.over is not None and words.is_evaluation(record.over)
            )
            return LoopKind.EVALUATION if evaluated else LoopKind.BATCH
        if _only_steps_scheduler(loop):
            return LoopKind.REPLAY
        if _says_epoch(loop):
            return LoopKind.EPOCH
        if _says_step(loop) and any(self.kind(item) is LoopKind.EPOCH for item in outer):
            return LoopKind.BATCH
        return LoopKind.OTHER


def _chooses(loop: Repeat, step: OptimizerStep) -> bool:
    """Whether a loop goes over optimizers: ``for name in names: optimizers[name].step()``."""
    target, call = loop.loop.target, step.place.node
    if target is None or loop.loop.over_loader or not isinstance(call, cst.Call):
        return False
    match call.func:
        case cst.Attribute(value=receiver):
            return not names_in(receiver).isdisjoint(re.findall(r"\w+", target))
    return False


def _breaks(repeat: Repeat) -> Iterator[tuple[Condition, ...]]:
    """Yield the conditions of each break that may leave a loop with the script's defaults."""
    for _, conditions in breaks_out_of(repeat.body):
        if all(condition.lean is not False for condition in conditions):
            yield conditions


def _waits(condition: Condition) -> bool:
    """Whether a condition waits for a measured value."""
    return bool(natures(condition) & CHANGING or _STOPS.search(text_of(condition)))


def _is_named(loop: Repeat, words: re.Pattern[str]) -> bool:
    """Whether some words are in the name of a loop's variable."""
    target = loop.loop.target
    return target is not None and bool(words.search(target))


def _says_epoch(loop: Repeat) -> bool:
    trips = loop.loop.trips
    return _is_named(loop, _EPOCH) or (trips is not None and trips.unit is Unit.EPOCH)


def _says_step(loop: Repeat) -> bool:
    record = loop.loop
    if record.trips is not None and record.trips.unit in (Unit.STEP, Unit.BATCH):
        return True
    if record.target in (None, "iteration"):  # None: `over` is the test of a `while`
        over = record.over or ""
        return bool(_STEP.search(over)) and not _EPOCH.search(over)
    return bool(_STEP.search(record.target))


def _only_steps_scheduler(loop: Repeat) -> bool:
    """Whether a loop is ``for _ in range(start_epoch): scheduler.step()`` and nothing else."""
    node = loop.loop.place.node
    if not isinstance(node, (cst.For, cst.While)):
        return False
    return all(_is_step(one) for one in statements_of(node.body)) and _has_scheduler(loop.body)


def _is_step(statement: cst.CSTNode) -> bool:
    match small_statements(statement):
        case [cst.Expr(value=cst.Call(func=cst.Attribute(attr=name)))]:
            return name.value == "step"
    return False


def _has_scheduler(block: Block) -> bool:
    return any(isinstance(node, SchedulerStep) for node in block)
