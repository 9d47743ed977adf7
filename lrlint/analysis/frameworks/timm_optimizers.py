"""timm's factories of optimizers: ``create_optimizer_v2(model, opt="adamw", lr=1e-3)``.

They put biases and norms into a param group of their own, without weight decay and with the same
LR, unless ``layer_decay`` gives each layer another.
"""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library import optimizers
from lrlint.analysis.library.registry import models, qualified
from lrlint.analysis.model.records import OptimizerValue
from lrlint.analysis.model.values import NONE, AnyValue, Const, Instance, Opaque
from lrlint.symbolic import Expr

_MODULES = ("timm.optim", "timm.optim.optim_factory", "timm.optim._optim_factory")
_CLASSES = {name.lower(): name for name in optimizers.SIGNATURES}
_OPTIONS = ("lr", "momentum", "betas")


@models(*qualified(_MODULES, "create_optimizer_v2"))
def _create_optimizer_v2(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    given = {
        name: value
        for position, name in enumerate(("opt", "lr", "weight_decay", "momentum"), start=1)
        if (value := arguments.get(position, name)) is not None
    }
    given = {**arguments.keywords, **given}
    even = not arguments.open and given.get("layer_decay", NONE) == NONE
    even = even and given.get("param_group_fn", NONE) == NONE
    return _create(machine, given, node, even=even, settled=not arguments.open)


@models(*qualified(_MODULES, "create_optimizer"))
def _create_optimizer(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model the factory that reads the settings of a command line."""
    args = arguments.get(0, "args")
    known = args.store.data if isinstance(args, Instance) else {}
    given: dict[str, AnyValue] = {
        name: machine.get_attribute(args, name)
        for name in ("opt", "lr", "momentum")
        if args is not None and name in known
    }
    even = known.get("layer_decay", NONE) == NONE
    return _create(machine, given, node, even=even, settled="lr" in known)


def _create(
    machine: Machine, given: dict[str, AnyValue], node: cst.Call, *, even: bool, settled: bool
) -> AnyValue:
    """Record an optimizer; ``even`` tells whether all groups have its LR.

    ``settled`` tells whether an LR that is not given is the default of its class.
    """
    name = given.get("opt", Const("sgd"))
    known = _CLASSES.get(str(name.value).lower()) if isinstance(name, Const) else None
    options = {key: given[key] for key in _OPTIONS if given.get(key, NONE) != NONE}
    if not settled or known is None:
        options.setdefault("lr", Opaque())
    if known == "SGD":
        options.setdefault("momentum", Expr.const(0.9))
    built = optimizers.build(
        machine, known or "Optimizer", Arguments([Opaque()], options, open=not settled), node
    )
    if isinstance(built, OptimizerValue):
        built.record.unknown_groups = not even
    return built
