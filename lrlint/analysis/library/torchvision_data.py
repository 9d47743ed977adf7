"""torchvision's data sets: how many samples each split has, by the constructors' own arguments."""

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.interpreter.numbers import to_number
from lrlint.analysis.library.registry import Model, models, qualified
from lrlint.analysis.model.value_queries import leaning
from lrlint.analysis.model.values import AnyValue, Const, Sized
from lrlint.symbolic import Expr

_MODULES = ("torchvision.datasets", "torchvision.datasets.mnist", "torchvision.datasets.cifar")

_BY_TRAIN: Mapping[str, tuple[int, int]] = {
    "MNIST": (60_000, 10_000),
    "FashionMNIST": (60_000, 10_000),
    "KMNIST": (60_000, 10_000),
    "CIFAR10": (50_000, 10_000),
    "CIFAR100": (50_000, 10_000),
    "USPS": (7_291, 2_007),
}
"""Samples with ``train=True``, the default of the second parameter, and without."""

_BY_SPLIT: Mapping[str, tuple[str, Mapping[str, int]]] = {
    "SVHN": ("train", {"train": 73_257, "test": 26_032, "extra": 531_131}),
    "STL10": ("train", {"train": 5_000, "test": 8_000, "unlabeled": 100_000}),
    "Flowers102": ("train", {"train": 1_020, "val": 1_020, "test": 6_149}),
    "Food101": ("train", {"train": 75_750, "test": 25_250}),
    "OxfordIIITPet": ("trainval", {"trainval": 3_680, "test": 3_669}),
    "GTSRB": ("train", {"train": 26_640, "test": 12_630}),
    "DTD": ("train", {"train": 1_880, "val": 1_880, "test": 1_880}),
    "StanfordCars": ("train", {"train": 8_144, "test": 8_041}),
    "FGVCAircraft": (
        "trainval",
        {"trainval": 6_667, "train": 3_334, "val": 3_333, "test": 3_333},
    ),
    "ImageNet": ("train", {"train": 1_281_167, "val": 50_000}),
}
"""The default of ``split``, and samples by split."""


_WHOLE: Mapping[str, int] = {"Caltech101": 8_677, "Caltech256": 30_607, "EuroSAT": 27_000}


def _by_train(name: str) -> Model:
    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        chosen = leaning(arguments.get(1, "train") or Const(True))
        if arguments.open or not isinstance(chosen, Const):
            return Sized(None)
        training, test = _BY_TRAIN[name]
        return Sized(Expr.const(training if chosen.value else test))

    return model


def _by_split(name: str) -> Model:
    def model(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
        default, sizes = _BY_SPLIT[name]
        chosen = leaning(arguments.get(1, "split") or Const(default))
        size = sizes.get(str(chosen.value)) if isinstance(chosen, Const) else None
        return Sized(None if arguments.open or size is None else Expr.const(size))

    return model


def _whole(name: str) -> Model:
    return lambda machine, arguments, node: Sized(Expr.const(_WHOLE[name]))


def _register() -> None:
    for table, model_of in ((_BY_TRAIN, _by_train), (_BY_SPLIT, _by_split), (_WHOLE, _whole)):
        for name in table:
            models(*qualified(_MODULES, name))(model_of(name))


_register()


@models(*qualified(_MODULES, "FakeData"))
def _fake(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    size = arguments.get(0, "size")
    return Sized(Expr.const(1_000) if size is None else to_number(machine, size))
