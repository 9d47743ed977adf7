"""Functions and classes that a registry of a library knows by name."""

from __future__ import annotations

import pytest

from .scripts import UNKNOWN, value_of

SETUP = """
from {module} import Registry
OPTIONS = Registry("options")

@OPTIONS.{register}()
def plain(size=1):
    return size + 10

@OPTIONS.{register}(name="other")
def renamed(size=1):
    return size + 20

@OPTIONS.{register}()
class Length:
    def __init__(self, size=1, factor=1):
        self.size = size * factor

def late(size=1):
    return size + 30
OPTIONS.{register}({late})
"""
FVCORE = SETUP.format(module="fvcore.common.registry", register="register", late="late")
MM = SETUP.format(module="mmengine.registry", register="register_module", late="module=late")


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("OPTIONS.get('plain')(2)", 12),
        ("OPTIONS.get('other')(2)", 22),
        ("OPTIONS.get('late')(2)", 32),
        ("OPTIONS.get('Length')(2).size", 2),
        ("OPTIONS.get('renamed')", UNKNOWN),
        ("OPTIONS.get(name)", UNKNOWN),
    ],
)
@pytest.mark.parametrize("setup", [FVCORE, MM], ids=["fvcore", "mmengine"])
def test_a_name_stands_for_what_is_registered(setup: str, code: str, result: object) -> None:
    assert value_of(code, setup) == result


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("OPTIONS.build(dict(type='Length', size=3)).size", 3),
        ("OPTIONS.build({'type': 'Length', 'size': 3}, default_args={'factor': 2}).size", 6),
        ("OPTIONS.build({'type': Length, 'size': 4}).size", 4),
        ("OPTIONS.build({'type': 'unseen'})", UNKNOWN),
        ("OPTIONS.build(settings)", UNKNOWN),
    ],
)
def test_settings_name_what_is_built(code: str, result: object) -> None:
    assert value_of(code, MM) == result


def test_what_another_class_calls_register_is_no_registry() -> None:
    assert value_of("OPTIONS.get('plain')", FVCORE.replace("fvcore.common", "elsewhere")) == UNKNOWN
