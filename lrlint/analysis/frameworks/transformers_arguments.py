"""transformers' ``TrainingArguments``, and those of other libraries that derive from them."""

from __future__ import annotations

import re

import libcst as cst

from lrlint.analysis.interpreter import members
from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import to_number
from lrlint.analysis.interpreter.state import is_number
from lrlint.analysis.library.registry import models, models_subclass, qualified
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.value_queries import leaning
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    ClassValue,
    Const,
    DictValue,
    External,
    FunctionValue,
    Instance,
    Opaque,
    Store,
)
from lrlint.symbolic import Expr, Strength

_TRANSFORMERS = (
    *("transformers", "transformers.training_args", "transformers.training_args_seq2seq"),
)
_TRL = {
    "SFTConfig": 2e-5,
    "RewardConfig": 1e-4,
    **dict.fromkeys(("DPOConfig", "KTOConfig", "ORPOConfig", "CPOConfig"), 1e-6),
    **dict.fromkeys(("GRPOConfig", "RLOOConfig"), 1e-6),
}
"""The learning rates of TRL's classes; their other defaults that matter are transformers'."""
_GENERATIONS = {"GRPOConfig": 8, "RLOOConfig": 2}
"""How often the online trainers use each prompt."""
SENTENCES = ("SentenceTransformer", "CrossEncoder", "SparseEncoder")
"""What the names of sentence-transformers' classes begin with."""
_OF_SENTENCES = tuple(f"{name}TrainingArguments" for name in SENTENCES)
BATCH_SAMPLER = "batch_sampler"
"""The argument that only sentence-transformers' classes have, and the name of its default."""
CLASSES = ("TrainingArguments", "Seq2SeqTrainingArguments", *_OF_SENTENCES, *_TRL)
_DEFAULTS: dict[str, AnyValue] = {
    "learning_rate": Expr.const(5e-5),
    "lr_scheduler_type": Const("linear"),
    "lr_scheduler_kwargs": NONE,
    "warmup_steps": Expr.const(0),
    "num_train_epochs": Expr.const(3),
    "max_steps": Expr.const(-1),
    "gradient_accumulation_steps": Expr.const(1),
    "per_device_train_batch_size": Expr.const(8),
    "dataloader_drop_last": Const(False),
    "auto_find_batch_size": Const(False),
    "optim": Const("adamw_torch"),
    "deepspeed": NONE,
}
"""Those of transformers 5.24 that decide the LR."""
_OTHERS = "**"
"""The key in whose place a call has arguments that are not known."""
_ENUM = {"reduce_on_plateau": "reduce_lr_on_plateau"}
"""Members of ``SchedulerType`` that are not called what their value is."""
_ENUMS = re.compile(r"\.(?:SchedulerType|BatchSamplers)\.")


def modules_of_sentences(last: str) -> list[str]:
    """Return the modules of sentence-transformers (3 to 6) that may offer a class."""
    parts = ("", ".sentence_transformer", ".cross_encoder", ".sparse_encoder")
    packages = [f"sentence_transformers{part}" for part in parts]
    return [*packages, *(f"{package}.{last}" for package in packages)]


@models(
    *qualified(_TRANSFORMERS, "TrainingArguments", "Seq2SeqTrainingArguments"),
    *qualified(("trl",), *_TRL),
    *qualified(modules_of_sentences("training_args"), *_OF_SENTENCES),
)
def _arguments(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    name = machine.unit.code(node.func).rsplit(".", 1)[-1]
    return build(machine, None, name, arguments, node)


@models_subclass(*CLASSES)
def _own_arguments(
    machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call
) -> AnyValue | None:
    """Return an object of a class of the project, whose own fields come first."""
    if isinstance(members.class_member(machine, cls, "__init__"), FunctionValue):
        return None
    bases = [name.rsplit(".", 1)[-1] for name in members.external_bases(cls)]
    base = next(name for name in bases if name in CLASSES)
    return build(machine, cls, base, arguments, node)


def build(
    machine: Machine, cls: ClassValue | None, name: str, arguments: Arguments, node: cst.Call
) -> Instance:
    """Return the arguments of a class of transformers, or of ``cls``, which derives from one."""
    store = Store()
    store.data.update(_DEFAULTS)
    if name in _TRL:
        store.data["learning_rate"] = Expr.const(_TRL[name])
    if name in _GENERATIONS:
        store.data["num_generations"] = Expr.const(_GENERATIONS[name])
        store.data["num_iterations"] = Expr.const(1)
        store.data.update(dict.fromkeys(("steps_per_generation", "generation_batch_size"), NONE))
    if name in _OF_SENTENCES:
        store.data[BATCH_SAMPLER] = Const(BATCH_SAMPLER)
    for key in [*map(str, store.data)] if cls is not None else ():
        default = members.class_member(machine, cls, key) if cls is not None else None
        if default is not None and not isinstance(default, Opaque):
            store.data[key] = default
    store.data.update(arguments.keywords)
    if arguments.open:
        store.data[_OTHERS] = Opaque()
    places = {key: place for key, place in arguments.places.items() if isinstance(key, str)}
    made = Instance(
        cls,
        store,
        setting=arguments.open,
        open=True,
        kind=LibraryKind.TRAINING_ARGUMENTS,
        place=machine.here(node),
        places=places,
    )
    store.data["lr_scheduler_type"] = _type(store.data["lr_scheduler_type"])
    if BATCH_SAMPLER in store.data:
        store.data[BATCH_SAMPLER] = _type(store.data[BATCH_SAMPLER])
    return made


def may_have_others(arguments: Instance) -> bool:
    """Whether the script may give arguments that are not known."""
    return _OTHERS in arguments.store.data


def _type(value: AnyValue) -> AnyValue:
    """Return the name of a choice; of a member of ``SchedulerType``, its value."""
    name = value.name if isinstance(value, External) else getattr(value, "external", None)
    if isinstance(name, str) and _ENUMS.search(name):
        member = name.rsplit(".", 1)[-1].lower()
        return Const(_ENUM.get(member, member))
    return value


def setting(machine: Machine, arguments: Instance, name: str) -> AnyValue:
    """Return an argument under the name that the user may set: ``args.max_steps``."""
    chosen = machine.override(f"{arguments.path or 'args'}.{name}")
    if is_number(chosen):
        value = machine.named_number(f"{arguments.path or 'args'}.{name}", chosen, Strength.DEFAULT)
        arguments.store.data[name] = value
        return value
    if isinstance(chosen, str):
        return Const(chosen)
    return machine.get_attribute(arguments, name)


def constant(machine: Machine, arguments: Instance, name: str) -> object:
    """Return an argument that is a constant: None, a bool, a string; Ellipsis for any other."""
    value = setting(machine, arguments, name)
    return value.value if isinstance(value, Const) else ...


def number(machine: Machine, arguments: Instance, name: str) -> Expr | None:
    """Return an argument as a number; None where it is not one."""
    return to_number(machine, setting(machine, arguments, name))


def text(machine: Machine, arguments: Instance, name: str) -> str | None:
    """Return an argument as a string; None where it is not a known one."""
    value = leaning(setting(machine, arguments, name))
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


def options(machine: Machine, arguments: Instance) -> dict[str, AnyValue] | None:
    """Return ``lr_scheduler_kwargs``; None where they are not all known."""
    value = setting(machine, arguments, "lr_scheduler_kwargs")
    if isinstance(value, Const) and value.value is None:
        return {}
    if not isinstance(value, DictValue) or not value.complete:
        return None
    return {str(key): item for key, item in value.store.data.items()}
