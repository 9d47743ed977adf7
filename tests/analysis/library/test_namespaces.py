"""Settings that are read by attribute."""

from __future__ import annotations

import pytest

from lrlint.analysis.library.namespaces import as_namespace, namespace, update
from lrlint.analysis.model.values import Const, DictValue, Instance, ListValue, Store

from .scripts import UNKNOWN, plain, value_of

SETUP = """
from argparse import Namespace
from types import SimpleNamespace
import wandb
from easydict import EasyDict
from omegaconf import OmegaConf
"""


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("SimpleNamespace(epochs=3).epochs", 3),
        ("Namespace(**{'epochs': 3}).epochs", 3),
        ("EasyDict({'train': {'epochs': 3}}).train.epochs", 3),
        ("SimpleNamespace(train={'epochs': 3}).train['epochs']", 3),
        ("OmegaConf.create({'train': {'epochs': 3}}).train.epochs", 3),
        ("OmegaConf.create(text)", UNKNOWN),
        ("OmegaConf.merge(OmegaConf.create({'a': 1, 'b': 2}), {'b': 3})", {"a": 1, "b": 3}),
        ("OmegaConf.merge({'a': {'b': 1}}, {'a': {'c': 2}})", {"a": {"b": 1, "c": 2}}),
        ("OmegaConf.merge({'a': 1}, OmegaConf.from_cli())", {"a": 1}),
        ("OmegaConf.merge(unknown)", UNKNOWN),
        ("wandb.init(config={'epochs': 3}).config['epochs']", 3),
    ],
)
def test_value(code: str, result: object) -> None:
    assert value_of(code, SETUP) == result


def test_dicts_in_lists_become_namespaces() -> None:
    inner = DictValue(Store({"a": Const("x")}))
    converted = as_namespace(ListValue([inner, Const("y")]))
    assert isinstance(converted, ListValue)
    assert [type(item) for item in converted.items or []] == [Instance, Const]


def test_an_update_leaves_the_other_namespace_alone() -> None:
    inner = namespace(Store({"a": Const(1)}))
    target, other = namespace(Store()), namespace(Store({"inner": inner}))
    update(target, other)
    update(target, namespace(Store({"inner": namespace(Store({"a": Const(2)}))})))
    assert plain(target) == {"inner": {"a": 2}}
    assert plain(other) == {"inner": {"a": 1}}
