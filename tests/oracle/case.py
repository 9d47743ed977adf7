"""One generated training script, with the facts that the tests need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """A script (and the modules of its project), and how to run and to predict it."""

    seed: int
    files: Mapping[str, str]
    """The project that lrlint sees: path below the project's root -> text."""
    entry: str
    features: frozenset[str]
    """Every choice made, as ``axis:option``."""
    sets: tuple[str, ...] = ()
    """What ``lrlint predict`` must be told with ``--set``."""
    argv: tuple[str, ...] = ()
    """The arguments that the script is really run with."""
    stubs: Mapping[str, str] = field(default_factory=dict)
    """Modules that exist when the script runs and that lrlint never sees."""
    raises: str | None = None
    """Name of the exception that ends the script, where it is meant to."""
    may_abstain: bool = False
    """The script does something that a predictor may decline (a wrong answer is still wrong)."""
    epochs: int | None = None
    """Epochs that the script runs; None where it only counts steps."""
    batches: int = 0
    """Batches in one pass over the training loader."""

    def has(self, *features: str) -> bool:
        """Whether every one of these choices was made."""
        return self.features.issuperset(features)

    def option(self, axis: str) -> str:
        """Return the option taken on an axis, or "" where the axis did not come up."""
        prefix = f"{axis}:"
        found = sorted(f[len(prefix) :] for f in self.features if f.startswith(prefix))
        return "+".join(found)
