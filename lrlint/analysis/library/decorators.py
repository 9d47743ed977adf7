"""Decorators: what they make of a function."""

from __future__ import annotations

from dataclasses import replace

import libcst as cst

from lrlint.analysis.code.queries import dotted
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library import hydra
from lrlint.analysis.model.values import (
    AnyValue,
    Const,
    FunctionValue,
    Opaque,
    Store,
)
from lrlint.symbolic import Expr, Strength


def decorate(
    machine: Machine, value: AnyValue, decorator: cst.BaseExpression, node: cst.FunctionDef
) -> AnyValue:
    """Return a function with the properties that its decorator gives it."""
    if not isinstance(value, FunctionValue):
        return value
    call = decorator if isinstance(decorator, cst.Call) else None
    name = dotted(call.func if call is not None else decorator) or ""
    last = name.rsplit(".", 1)[-1]
    defaults, traits = dict(value.defaults), value.traits
    match last:
        case "staticmethod":
            traits = replace(traits, static=True)
        case "property":
            traits = replace(traits, getter=True)
        case "cached_property":
            traits = replace(traits, getter=True, cached=True)
        case "cache" | "lru_cache":
            traits = replace(traits, memory=Store())
        case "no_grad" | "inference_mode":
            traits = replace(traits, without_gradients=True)
        case "option" | "argument" if call is not None:
            _click_option(machine, call, defaults)
        case "main" if call is not None and (config := hydra.config(machine, call)) is not None:
            defaults |= {one.name.value: config for one in value.node.params.params[:1]}
        case _:
            machine.handed.append(value)  # it may be registered as a handler
            return value
    return replace(value, defaults=defaults, traits=traits)


def _click_option(machine: Machine, call: cst.Call, defaults: dict[str, AnyValue]) -> None:
    """Give a function the default of ``@click.option("--epochs", default=10)``."""
    names: list[str] = []
    default: AnyValue | None = None
    is_flag = False
    for argument in call.args:
        if argument.keyword is None:
            text = machine.evaluate(argument.value)
            if isinstance(text, Const) and isinstance(text.value, str):
                names.append(text.value)
        elif argument.keyword.value == "default":
            default = machine.evaluate(argument.value)
        elif argument.keyword.value == "is_flag":
            is_flag = True
    plain = [name for name in names if not name.startswith("-")]
    long = [name for name in names if name.startswith("--")]
    if not names:
        return
    chosen = plain or long or names
    key = chosen[0].split("/")[0].lstrip("-").replace("-", "_")
    if isinstance(default, Expr) and default.value is not None and not default.atoms():
        default = machine.named_number(key, default.value, Strength.DEFAULT)
    elif isinstance(default, Const):
        default = Const(default.value, Strength.DEFAULT, key)
    elif default is None and is_flag:
        default = Const(False, Strength.DEFAULT, key)
    defaults[key] = Opaque(key) if default is None else default
