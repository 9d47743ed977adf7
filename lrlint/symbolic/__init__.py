"""Exact arithmetic on quantities of a training script: ``args.epochs * len(train_loader)``.

An `Expr` is a polynomial with rational coefficients over `Atom`s: numbers that the script names,
each a constant, a default, or open (unknown). `compare` says whether two of them are equal for
every value the user may pass; `Expr.unit` says what an expression counts.
"""

from lrlint.symbolic.atoms import Atom, Strength, UnboundAtom, Unit
from lrlint.symbolic.comparison import Comparison, Verdict, certain_sign, compare
from lrlint.symbolic.compiled import compile_expr
from lrlint.symbolic.expr import Expr
from lrlint.symbolic.functions import ceil, floor, maximum, minimum, rounded, truncate
from lrlint.symbolic.numeric import UNREPRESENTABLE, NotRepresentable, Number, TooComplex
from lrlint.symbolic.rewrite import as_remainder, cleared, unbounded, unguarded

__all__ = [
    "UNREPRESENTABLE",
    "Atom",
    "Comparison",
    "Expr",
    "NotRepresentable",
    "Number",
    "Strength",
    "TooComplex",
    "UnboundAtom",
    "Unit",
    "Verdict",
    "as_remainder",
    "ceil",
    "certain_sign",
    "cleared",
    "compare",
    "compile_expr",
    "floor",
    "maximum",
    "minimum",
    "rounded",
    "truncate",
    "unbounded",
    "unguarded",
]
