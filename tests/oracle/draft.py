"""The draft of one script: its random choices, and the axes that they are made on.

Each idiom is one function decorated with ``@option(axis)``: it receives the draft and returns what
its axis asks for (see the module of the axis). ``draft.choose(axis)`` picks one, records the
feature ``axis:name``, and calls it. So adding an idiom is adding a function.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from .text import Lines

if TYPE_CHECKING:
    from .cadence import Cadence
    from .noise import Extras
    from .schedulers import Call
    from .sections import Sections
    from .settings import Config

T = TypeVar("T")


@dataclass(frozen=True)
class Option:
    """One idiom of an axis."""

    name: str
    weight: float
    make: Callable[[Draft], Any]
    when: Callable[[Draft], bool]
    modelled: bool
    """Whether lrlint must predict it; where not, it may also say that it is open."""


AXES: dict[str, list[Option]] = {}


def option(
    axis: str,
    weight: float = 1.0,
    name: str | None = None,
    when: Callable[[Draft], bool] = lambda draft: True,
    modelled: bool = True,
) -> Callable[[Callable[[Draft], T]], Callable[[Draft], T]]:
    """Register a function as one option of an axis, chosen in proportion to its weight."""

    def register(make: Callable[[Draft], T]) -> Callable[[Draft], T]:
        label = name or make.__name__.strip("_").replace("_", "-")
        AXES.setdefault(axis, []).append(Option(label, weight, make, when, modelled))
        return make

    return register


TEXTBOOK = {
    "config": ("literals", "constants", "local-variables", "class-attributes"),
    "open": ("nothing",),
    "skeleton": ("epochs",),
    "cadence": ("epoch", "batch"),
    "step-form": ("plain",),
    "family": ("single",),
    "writing": ("direct",),
    "scheduler": ("cosine",),
    "fault": ("none",),
    "ending": ("all-epochs",),
    "build": ("in-line", "factory"),
    "horizon": ("full", "wrong-unit", "double", "literal-number"),
    "training": ("loops-in-line", "epoch-function", "train-function", "trainer"),
    "epoch-loop": ("epoch-range", "epoch-range-from-one", "epoch-underscore", "epoch-tqdm"),
    "batch-loop": ("batch-plain", "batch-enumerate", "batch-tqdm", "batch-range"),
}
"""The choices of a textbook script: constants, and loops that nobody could misread. Some scripts
are made of them alone, so that enough of the mistakes are certain ones (``claims.expected``)."""


class Draft:
    """A script being written."""

    config: Config
    call: Call
    """The constructor call that is being written."""
    cadence: Cadence
    extras: Extras
    sections: Sections

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.rng = random.Random(f"lrlint oracle {seed}")
        self.textbook = self.rng.random() < 0.08
        self.features = {"style:textbook" if self.textbook else "style:varied"}
        self.skeleton = "epochs"
        # What really runs: epochs (0 where only steps count), batches in an epoch, micro-batches
        # in an update, steps where only steps count.
        self.epochs = 0
        self.batches = 0
        self.accumulation = 1
        self.max_steps = 0
        # How the script writes them.
        self.epochs_text = ""
        self.loader = "train_loader"
        self.batches_text = "len(train_loader)"
        self.steps_text = ""
        # What the schedule counts ("epoch", "batch", "update"), at most how many of them, and
        # whether it is exactly so many.
        self.unit = "epoch"
        self.count = 0
        self.exact = False
        self.base_lr = 0.1
        self.lr_text = ""
        self.accumulation_text = ""
        self.parts = ("", "")
        self.optimizer_class = "SGD"
        self.groups = 1
        self.has_momentum = True
        # What is already written.
        self.settings: dict[str, object] = {}
        self.derived: dict[str, str] = {}
        self.copied: set[str] = set()
        self.counters: Lines = []
        self.helpers: list[Lines] = []
        self.schedule_helpers: list[Lines] = []
        self.schedule_before: Lines = []
        self.schedule_first: Lines = []
        self.schedule_last: Lines = []
        self.definitions: list[Lines] = []
        # Names that the main function has as parameters, and those of the module's settings.
        self.main_names: Lines = []
        self.global_names: Lines = []
        # The statements that build one scheduler, where two optimizers share a factory.
        self.one_schedule: Lines = []
        self.needs: set[str] = set()
        # Axes on which an earlier choice leaves only these options.
        self.only: dict[str, tuple[str, ...]] = {}
        self.project_imports: list[str] = []
        self.files: dict[str, str] = {}
        self.stubs: dict[str, str] = {}
        self.sets: list[str] = []
        self.argv: list[str] = []
        self.open_settings: set[str] = set()
        # What a closure around the scheduler is called with.
        self.wired = "scheduler"
        self.raises: str | None = None
        self.may_abstain = False
        self.namespace = "from"
        self._fresh: dict[str, int] = {}

    # -- choices ---------------------------------------------------------------------------

    def choose(self, axis: str) -> Any:
        """Pick one option of an axis, record it, and return what it makes."""
        options = [o for o in AXES[axis] if o.when(self)]
        if self.textbook and axis in TEXTBOOK:
            options = [o for o in options if o.name in TEXTBOOK[axis]] or options
        if axis in self.only:
            options = [o for o in options if o.name in self.only[axis]]
        alike = self.textbook and axis == "horizon"
        weights = [1 if alike else o.weight for o in options]
        chosen = self.rng.choices(options, weights)[0]
        self.mark(axis, chosen.name)
        self.may_abstain |= not chosen.modelled
        return chosen.make(self)

    def mark(self, axis: str, name: str) -> None:
        self.features.add(f"{axis}:{name}")

    def marked(self, axis: str, *names: str) -> bool:
        return any(f"{axis}:{name}" in self.features for name in names)

    def pick(self, choices: Sequence[T]) -> T:
        return self.rng.choice(choices)

    def chance(self, probability: float) -> bool:
        return self.rng.random() < probability

    # -- names and values ------------------------------------------------------------------

    def fresh(self, name: str) -> str:
        """Return a name not given out before: ``warmup``, ``warmup_2``, …"""
        number = self._fresh[name] = self._fresh.get(name, 0) + 1
        return name if number == 1 else f"{name}_{number}"

    def setting(self, name: str, value: object) -> str:
        """Return a configured value, as the script's way of configuring writes it."""
        name = self.config.spelling.get(name, name)
        value = self.settings.setdefault(name, value)
        return self.config.access(name, value)

    def number(self, name: str, value: object, configured: float = 0.3) -> str:
        """Return a value that is configured in some scripts and written down in others."""
        if self.chance(configured):
            return self.setting(name, value)
        from .text import literal

        return literal(value)

    def local(self, name: str, expression: str) -> str:
        """Return a value computed into a local variable before the scheduler is built."""
        while self.derived.setdefault(name, expression) != expression:
            name += "_"
        return name

    def construct(self, name: str) -> str:
        """Return a torch scheduler class as this script's imports spell it."""
        prefix = {
            "from": "",
            "lr_scheduler": "lr_scheduler.",
            "torch": "torch.optim.lr_scheduler.",
            "optim": "optim.lr_scheduler.",
            "alias": "lrs.",
        }[self.namespace]
        return prefix + name
