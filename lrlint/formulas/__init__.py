"""The law of every scheduler of torch 2.13 and of every schedule function of transformers 5.23.

    >>> from lrlint.formulas import LAWS
    >>> LAWS["StepLR"].lr(30, [0.1], step_size=30, gamma=0.1)
    [0.010000000000000002]

Plain Python floats, no torch. A `Law` knows a scheduler's arguments, its horizon and what happens
after it, its closed form (`lr`), its degenerate arguments (`problems`), and how to run it step by
step with torch's rounding (`start`, which returns a `Replay`).
"""

from lrlint.formulas.arguments import REQUIRED, Parameter
from lrlint.formulas.law import Curve, Law, NoClosedForm, PastHorizon, Problem
from lrlint.formulas.registry import LAWS, SCHEDULER_TYPES
from lrlint.formulas.replay import Group, Replay

__all__ = [
    "LAWS",
    "REQUIRED",
    "SCHEDULER_TYPES",
    "Curve",
    "Group",
    "Law",
    "NoClosedForm",
    "Parameter",
    "PastHorizon",
    "Problem",
    "Replay",
]
