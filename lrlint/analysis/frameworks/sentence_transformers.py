"""sentence-transformers: `model.fit(…)` builds an optimizer and a schedule of transformers.

Since 3.0 it is no longer the recommended way, and trains with transformers' `Trainer` inside.
"""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from lrlint.analysis.frameworks.plain_trainings import Stepped, train
from lrlint.analysis.frameworks.transformers_arguments import modules_of_sentences
from lrlint.analysis.interpreter import escapes
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import length_of, to_number
from lrlint.analysis.library import schedulers
from lrlint.analysis.library.optimizers import SIGNATURES
from lrlint.analysis.library.registry import Model, models, models_method, qualified
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import OptimizerRecord, OptimizerValue, SchedulerValue
from lrlint.analysis.model.trace import BuildOptimizer
from lrlint.analysis.model.value_queries import leaning
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Const,
    DictValue,
    External,
    Instance,
    ListValue,
    Loader,
    Opaque,
    Store,
)
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.formulas import LAWS
from lrlint.symbolic import Expr

_PARAMETERS = {
    "SentenceTransformer": (
        *("train_objectives", "evaluator", "epochs", "steps_per_epoch"),
        *("scheduler", "warmup_steps", "optimizer_class", "optimizer_params"),
    ),
    "CrossEncoder": (
        *("train_dataloader", "evaluator", "epochs", "loss_fct", "activation_fct"),
        *("scheduler", "warmup_steps", "optimizer_class", "optimizer_params"),
    ),
}
"""Of ``fit``, by the class of the model."""
_DEFAULTS: Mapping[str, AnyValue] = {
    "epochs": Expr.const(1),
    "steps_per_epoch": NONE,
    "scheduler": Const("WarmupLinear"),
    "warmup_steps": Expr.const(10_000),
    "optimizer_class": External("torch.optim.AdamW"),
}
_SCHEDULES = {
    "constantlr": "get_constant_schedule",
    "warmupconstant": "get_constant_schedule_with_warmup",
    "warmuplinear": "get_linear_schedule_with_warmup",
    "warmupcosine": "get_cosine_schedule_with_warmup",
    "warmupcosinewithhardrestarts": "get_cosine_with_hard_restarts_schedule_with_warmup",
}


def _made(name: str) -> Model:
    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        store = Store({_CLASS: Const(name)})
        return Instance(None, store, kind=LibraryKind.SENTENCE_MODEL, open=True)

    return model


_CLASS = "class"
for _name in _PARAMETERS:
    models(*qualified(modules_of_sentences(_name), _name))(_made(_name))


@models_method(LibraryKind.SENTENCE_MODEL, "fit", "old_fit")
def _fit(machine: Machine, model: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Run a training of ``fit()``, which builds its own optimizer and scheduler."""
    cls = model.store.data[_CLASS]
    assert isinstance(cls, Const)
    parameters = _PARAMETERS[str(cls.value)]
    given = {
        **_DEFAULTS,
        **dict(zip(parameters, arguments.positional, strict=False)),
        **arguments.keywords,
    }
    loader = _loader(given.get(parameters[0]))
    if loader is None or arguments.open:
        return NONE
    epochs = to_number(machine, given["epochs"])
    batches = length_of(machine, loader)
    if given["steps_per_epoch"] not in (NONE, Expr.const(0)):
        if epochs != Expr.const(1):  # versions differ in what that means
            return NONE
        batches = to_number(machine, given["steps_per_epoch"])
    optimizer = _optimizer(machine, given, arguments, node)
    total: AnyValue = Opaque() if epochs is None or batches is None else epochs * batches
    scheduler = _scheduler(machine, given, optimizer, total, arguments, node)
    if scheduler is None:
        return NONE
    if _has_part_of_a_batch(machine, loader) and scheduler.record.law != "get_constant_schedule":
        why = "planned without the last batch of each epoch since sentence-transformers 3"
        escapes.leave_open(scheduler.record, why)
    stepped = Stepped(scheduler, machine.here(node), per_batch=True)
    train(machine, node, epochs, batches, "train_dataloader", optimizer, [stepped])
    return NONE


def _loader(value: AnyValue | None) -> Loader | None:
    """Return the only loader that a model is trained with."""
    match value:
        case Loader():
            return value
        case ListValue(items=[ListValue(items=[Loader() as loader, _])]):
            return loader
    return None


def _has_part_of_a_batch(machine: Machine, loader: Loader) -> bool:
    """Whether the last batch of an epoch is known to be smaller than the others."""
    if loader.drops_last or loader.dataset is None or loader.batch_size is None:
        return False
    rows, size = length_of(machine, loader.dataset), to_number(machine, loader.batch_size)
    if rows is None or size is None or not rows.value or not size.value:
        return False
    return rows.value % size.value != 0


def _optimizer(
    machine: Machine, given: Mapping[str, AnyValue], arguments: Arguments, node: cst.Call
) -> OptimizerValue:
    """Return the optimizer that ``fit`` builds, one group with weight decay and one without."""
    cls, options = given["optimizer_class"], given.get("optimizer_params")
    name = cls.name.rsplit(".", 1)[-1] if isinstance(cls, External) else "Optimizer"
    _, group = SIGNATURES.get(name, ((), {}))
    group = dict(group)
    if options is None:
        group["lr"] = Expr.const(2e-5)
    elif isinstance(options, DictValue) and options.complete:
        group |= {str(key): value for key, value in options.store.data.items()}
    else:
        group["lr"] = Opaque()
    where = arguments.places.get("optimizer_params")
    place = machine.here(node)
    record = OptimizerRecord(
        class_name=name,
        place=place,
        groups=(group, group),
        group_places=(where, where),
        defaults=group,
        given=frozenset({"lr"} if where is not None else ()),
        depth=len(machine.loops),
        built_with=2,
    )
    machine.emit(BuildOptimizer(place, tuple(machine.via), record))
    return OptimizerValue(record)


def _scheduler(
    machine: Machine,
    given: Mapping[str, AnyValue],
    optimizer: OptimizerValue,
    total: AnyValue,
    arguments: Arguments,
    node: cst.Call,
) -> SchedulerValue | None:
    chosen = leaning(given["scheduler"])
    text = (
        chosen.value.lower() if isinstance(chosen, Const) and isinstance(chosen.value, str) else ""
    )
    if text not in _SCHEDULES:
        return None
    law = LAWS[_SCHEDULES[text]]
    warmup = to_number(machine, given["warmup_steps"])
    known: dict[str, object] = {
        "num_warmup_steps": Opaque() if warmup is None else warmup,
        "num_training_steps": total,
    }
    names = {parameter.name for parameter in law.parameters}
    bound = law.bind((), {name: value for name, value in known.items() if name in names})
    places: dict[str, SyntaxPlace] = {}
    if "warmup_steps" in arguments.places:
        places["num_warmup_steps"] = arguments.places["warmup_steps"]
    return schedulers.build(machine, law, optimizer, bound, places, machine.here(node))
