"""What an expression counts: dimension analysis over its terms."""

from __future__ import annotations

from collections.abc import Mapping

from lrlint.symbolic.atoms import Call, Unit
from lrlint.symbolic.terms import Monomial


def unit_of(terms: Mapping[Monomial, object]) -> Unit | None:
    """Return the unit on which all terms agree.

    Plain numbers, and numbers divided by something, are left out: in ``(n - 5) // accumulation``
    the 5 counts what ``n`` counts.
    """
    units = {
        _unit_of_product(monomial)
        for monomial in terms
        if any(_is_numerator(factor, exponent) for factor, exponent in monomial)
    }
    return units.pop() if len(units) == 1 else None


def _is_numerator(factor: object, exponent: int) -> bool:
    is_inverse = isinstance(factor, Call) and factor.kind == "inverse"
    return exponent > 0 and not is_inverse


def _unit_of_product(monomial: Monomial) -> Unit | None:
    """Return the unit of a product: samples / batch size is batches. None where it has none."""
    power = dict.fromkeys(Unit, 0)
    for factor, exponent in monomial:
        unit = factor.unit
        if unit is None and isinstance(factor, Call) and _has_unit(factor):
            return None
        if unit is not None:
            inverse = isinstance(factor, Call) and factor.kind == "inverse"
            power[unit] += -exponent if inverse else exponent
    batches = min(power[Unit.SAMPLE], -power[Unit.BATCH_SIZE])
    if batches > 0:  # samples / batch size
        power[Unit.SAMPLE] -= batches
        power[Unit.BATCH_SIZE] += batches
        power[Unit.BATCH] += batches
    samples = min(power[Unit.BATCH], power[Unit.BATCH_SIZE])
    if samples > 0:  # batches * batch size
        power[Unit.BATCH] -= samples
        power[Unit.BATCH_SIZE] -= samples
        power[Unit.SAMPLE] += samples
    # Beside a finer unit a number of epochs is a plain factor: epochs * len(loader) is batches.
    finer = [unit for unit in Unit if unit is not Unit.EPOCH and power[unit]]
    if finer:
        return finer[0] if len(finer) == 1 and power[finer[0]] == 1 else None
    return Unit.EPOCH if power[Unit.EPOCH] == 1 and not any(map(_is_count, monomial)) else None


def _is_count(power: tuple[object, int]) -> bool:
    """Whether a factor counts something per epoch: ``12 // accumulation`` updates."""
    factor, _ = power
    return isinstance(factor, Call) and factor.unit is None and _is_numerator(*power)


def _has_unit(call: Call) -> bool:
    """Whether units occur inside, though they cancel or disagree: ``len(loader) // k_steps``."""
    return any(atom.unit is not None for arg in call.args for atom in arg.atoms())
