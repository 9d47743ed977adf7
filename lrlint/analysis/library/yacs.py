"""yacs: nested settings with defaults in the script, which files and the command line change."""

from __future__ import annotations

import libcst as cst

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.machine import Machine
from lrlint.analysis.library import copies, paths
from lrlint.analysis.library.namespaces import as_namespace, changeable
from lrlint.analysis.library.registry import models, models_method, models_subclass
from lrlint.analysis.library.settings_files import loaded
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.values import NONE, AnyValue, ClassValue, Instance, Store


@models("yacs.config.CfgNode", "fvcore.common.config.CfgNode")
def _settings(machine: Machine, arguments: Arguments, node: cst.Call) -> AnyValue:
    """Model ``CfgNode()`` and ``CfgNode({"EPOCHS": 10})``."""
    settings = Instance(None, Store(), setting=True, kind=LibraryKind.CFG_NODE, open=True)
    _merged(machine, settings, as_namespace(arguments.get(0, "init_dict") or NONE))
    return changeable(machine, settings)


@models_subclass("CfgNode")
def _own_settings(
    machine: Machine, cls: ClassValue, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Model a class of the project, which mostly has another way to read files."""
    return _settings(machine, arguments, node)


@models_method(LibraryKind.CFG_NODE, "clone")
def _clone(machine: Machine, settings: Instance, arguments: Arguments, node: cst.Call) -> AnyValue:
    return copies.duplicate(machine, settings)


@models_method(LibraryKind.CFG_NODE, "merge_from_file")
def _merge_file(
    machine: Machine, settings: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Take the values of a file of the project, if its name is known.

    yacs evaluates texts: 1e-3, a text to PyYAML, is a number, as it is to OmegaConf.
    """
    file = paths.named(arguments.get(0, "cfg_filename"))
    return _merged(machine, settings, as_namespace(loaded(machine, file, "omegaconf")))


@models_method(LibraryKind.CFG_NODE, "merge_from_other_cfg")
def _merge_other(
    machine: Machine, settings: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    return _merged(machine, settings, arguments.get(0, "cfg_other"))


def _merged(machine: Machine, target: Instance, other: AnyValue | None) -> AnyValue:
    """Put the values of some settings into others."""
    for key, value in other.store.data.items() if isinstance(other, Instance) else ():
        known = target.store.data.get(key)
        if isinstance(known, Instance) and isinstance(value, Instance):
            _merged(machine, known, value)
        else:
            machine.write(target.store, key, value)
    return NONE


@models_method(
    LibraryKind.CFG_NODE,
    *("merge_from_list", "freeze", "defrost", "set_new_allowed", "is_frozen", "dump"),
)
def _without_effect(
    machine: Machine, settings: Instance, arguments: Arguments, node: cst.Call
) -> AnyValue:
    """Leave the defaults as they are: what the command line changes is not known."""
    return NONE
