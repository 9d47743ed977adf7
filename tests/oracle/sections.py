"""A script as flat statements, before they are moved into functions, classes and modules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .loops import Loop
from .text import Lines, assigned, used

RESULTS = ("loss", "optimizer", "scheduler", "schedulers", "state", "advance", "stepper", "driver")


def _body_only() -> Loop:
    return Loop(lambda body: body)


@dataclass
class Sections:
    """The statements of a script, in order; the loops are put around theirs at the end."""

    config: Lines = field(default_factory=list)
    data: Lines = field(default_factory=list)
    model: Lines = field(default_factory=list)
    optimizer: Lines = field(default_factory=list)
    derived: Lines = field(default_factory=list)
    scheduler: Lines = field(default_factory=list)
    wiring: Lines = field(default_factory=list)
    """What puts the scheduler where the loops expect it."""
    counters: Lines = field(default_factory=list)
    resume: Lines = field(default_factory=list)
    loop_before: Lines = field(default_factory=list)
    epoch_head: Lines = field(default_factory=list)
    batch: Lines = field(default_factory=list)
    batch_loop: Loop = field(default_factory=_body_only)
    epoch_tail: Lines = field(default_factory=list)
    loop: Loop = field(default_factory=_body_only)
    end: Lines = field(default_factory=list)

    @property
    def epoch(self) -> Lines:
        """One pass over the loader, without what follows it."""
        return [*self.epoch_head, *self.batch_loop.render(self.batch)]

    def loops(self) -> Lines:
        return self.loop.render([*self.epoch, *self.epoch_tail])

    def given(self) -> Lines:
        """Return what comes before the optimizer."""
        return [*self.config, *self.data, *self.model]

    def scope_for_building(self) -> Lines:
        """Return names that the scheduler's statements may use."""
        return assigned([*self.given(), *self.optimizer, *self.derived])

    def before(self) -> Lines:
        """Return everything ahead of the loops."""
        making = [*self.given(), *self.optimizer, *self.derived, *self.scheduler, *self.wiring]
        return [*making, *self.counters, *self.resume, *self.loop_before]

    def paragraphs(self) -> list[Lines]:
        """Return the whole script, in the groups that a human separates by blank lines."""
        making = [*self.optimizer, *self.derived]
        start = [*self.counters, *self.resume, *self.loop_before]
        built = [*self.scheduler, *self.wiring]
        groups = [self.config, [*self.data, *self.model], making, built, start]
        return [group for group in [*groups, self.loops(), self.end] if group]

    def replace_epoch(self, call: Lines) -> None:
        """The pass over the loader has moved: only its call is left."""
        self.epoch_head, self.batch, self.batch_loop = [], call, _body_only()

    def replace_loops(self, call: Lines) -> None:
        """All the loops have moved."""
        self.replace_epoch([])
        self.counters = self.resume = self.loop_before = self.epoch_tail = []
        self.loop = Loop(lambda body: call)

    def results(self, body: Lines, after: Iterable[str]) -> Lines:
        """Return what ``body`` computes and the lines after it need."""
        later = used(list(after))
        return [n for n in assigned(body) if n in later and n in RESULTS]
