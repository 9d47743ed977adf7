"""The facts that rules judge: which schedule drives which optimizer, how long, how often, how far.

The static analyser fills them with symbolic expressions, the runtime recorder with the integers
that it counted; a rule does not know which of the two it reads. ``None`` means *not known*, except
where a field says otherwise.

Words used throughout: the *cadence* of a ``step()`` call is the loop in which it runs; the
*horizon* is the argument that says how long a schedule is; *steps* are advances of the scheduler
over the whole training, from its construction on, the construction itself not counted.
"""

from __future__ import annotations

from lrlint.facts.arguments import Argument, Unknown
from lrlint.facts.calls import Call, OrderFact, Repetition, StepArgument, StepSite, Write
from lrlint.facts.horizons import (
    HANDWRITTEN,
    HANDWRITTEN_COSINE,
    HANDWRITTEN_DECAY,
    HANDWRITTEN_ENDS,
    HANDWRITTEN_LINE,
    INFINITE_BATCHES,
    OWN_COSINE,
    OWN_LINE,
    WITH_CYCLES,
    WITH_PHASES,
    Horizon,
)
from lrlint.facts.laws import (
    Compounding,
    DeadBranch,
    DecayEnd,
    FactorFunction,
    LawReads,
    Threshold,
    WrittenLaw,
)
from lrlint.facts.loops import Cadence, Guard, GuardKind, Loop, LoopKind
from lrlint.facts.optimizers import OptimizerUse, ParamGroup
from lrlint.facts.places import Place
from lrlint.facts.recorded import BadRate, Departure, EarlyEnd, RankGap, RecordedRun, ZeroSteps
from lrlint.facts.schedules import Checkpoint, Schedule, Surroundings, TrainerArguments, Training
from lrlint.facts.stepping import Acceleration, Construction, Driver, Monitoring, Stepping

__all__ = [
    "HANDWRITTEN",
    "HANDWRITTEN_COSINE",
    "HANDWRITTEN_DECAY",
    "HANDWRITTEN_ENDS",
    "HANDWRITTEN_LINE",
    "INFINITE_BATCHES",
    "OWN_COSINE",
    "OWN_LINE",
    "WITH_CYCLES",
    "WITH_PHASES",
    "Acceleration",
    "Argument",
    "BadRate",
    "Cadence",
    "Call",
    "Checkpoint",
    "Compounding",
    "Construction",
    "DeadBranch",
    "DecayEnd",
    "Departure",
    "Driver",
    "EarlyEnd",
    "FactorFunction",
    "Guard",
    "GuardKind",
    "Horizon",
    "LawReads",
    "Loop",
    "LoopKind",
    "Monitoring",
    "OptimizerUse",
    "OrderFact",
    "ParamGroup",
    "Place",
    "RankGap",
    "RecordedRun",
    "Repetition",
    "Schedule",
    "StepArgument",
    "StepSite",
    "Stepping",
    "Surroundings",
    "Threshold",
    "TrainerArguments",
    "Training",
    "Unknown",
    "Write",
    "WrittenLaw",
    "ZeroSteps",
]
