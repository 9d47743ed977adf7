"""Attributes and items: reading, writing, and the names that numbers get by them."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING

from lrlint.analysis import binding, branches, escapes, imports
from lrlint.analysis.imports import LazyImport
from lrlint.analysis.modules import ModuleUnit
from lrlint.analysis.setting_names import name_setting
from lrlint.analysis.state import MISSING
from lrlint.analysis.trace import (
    REMOVES_GROUP,
    SETS_INITIAL_LR,
    LRWrite,
    OptimizerCall,
    SchedulerCall,
)
from lrlint.analysis.values import (
    AnyValue,
    Choice,
    ClassValue,
    Const,
    DictValue,
    External,
    File,
    FunctionValue,
    GroupsValue,
    Instance,
    ListValue,
    Loader,
    Method,
    ModuleValue,
    Opaque,
    OptimizerValue,
    SchedulerValue,
    Sized,
    Store,
    Stream,
    Superclass,
)
from lrlint.symbolic import Expr, Strength
from lrlint.syntax import nodes as syn

if TYPE_CHECKING:
    from lrlint.analysis.interpreter import Interpreter


def get_attribute(at: Interpreter, owner: AnyValue, name: str) -> AnyValue:
    """``owner.name``."""
    match owner:
        case External(name=qualified, path=path):
            return imports.foreign(at, f"{qualified}.{name}", f"{path}.{name}")
        case ModuleValue(unit=unit):
            return _module_member(at, unit, name)
        case Instance():
            return _instance_member(at, owner, name)
        case ClassValue():
            found = class_member(at, owner, name)
            return Opaque(f"{owner.name}.{name}") if found is None else found
        case Superclass(receiver=receiver, owner=cls):
            return _super_member(at, receiver, cls, name)
        case Choice(alternatives=alternatives):
            return branches.choice(
                at, [(condition, get_attribute(at, item, name)) for condition, item in alternatives]
            )
        case Opaque():
            return opaque_member(owner, f".{name}")
        case OptimizerValue(record=record):
            if name == "defaults":
                return DictValue(Store(dict(record.defaults.items())), complete=False)
            return GroupsValue(record) if name == "param_groups" else Method(owner, name)
        case SchedulerValue():
            return _scheduler_member(owner, name)
        case Loader(path=path, dataset=dataset) if name == "dataset":
            return dataset or Opaque(f"{path}.dataset" if path else None)
        case Loader(batch_size=size) if name == "batch_size" and size is not None:
            return size
        case File():
            from lrlint.analysis.library import files

            return files.member(owner, name) or Method(owner, name)
        case Sized(shape=tuple() as shape) if name == "shape":
            return ListValue(list(shape), kind="tuple")
        case Sized(length=Expr() as length) if name == "shape":
            return ListValue(None, element=Opaque(), length=length)
        case Expr() | Const():
            return Method(owner, name)
    return Method(owner, name)


def opaque_member(owner: Opaque, suffix: str) -> AnyValue:
    """A part of an unknown: the same unknown each time it is asked for."""
    member = owner.members.get(suffix)
    if member is None:
        path = None if owner.path is None else owner.path + suffix
        external = f"{owner.external}{suffix}" if owner.external and suffix[0] == "." else None
        member = Opaque(path, measured=owner.measured, external=external)
        owner.members[suffix] = member
    return member


def _module_member(at: Interpreter, unit: ModuleUnit, name: str) -> AnyValue:
    scope = at.scope_of(unit)
    value = scope.store.data.get(name)
    if isinstance(value, LazyImport):
        value = scope.store.data[name] = imports.resolve(at, value)
    if value is not None:
        return value
    inner = at.project.submodule(unit, name)
    if inner is not None:
        return ModuleValue(inner)
    starred = unit.star_imports.get(name)
    return External(starred, name) if starred is not None else Opaque(name)


def _instance_member(at: Interpreter, owner: Instance, name: str) -> AnyValue:
    value = owner.store.data.get(name)
    if value is not None:
        return _named_member(at, owner, name, value)
    found = find_method(at, owner, name)
    if found is not None:
        return found
    if name == "__class__" and owner.cls is not None:
        return owner.cls
    found = delegated(at, owner, name)
    if found is not None:
        return found
    path = f"{owner.path}.{name}" if owner.path else name
    if name == "__dict__":
        return DictValue(owner.store, complete=not owner.open, path=owner.path, setting=True)
    if owner.external is not None and not owner.open:
        return Method(owner, name)
    value = Opaque(path)
    owner.store.data[name] = value
    return value


def delegated(at: Interpreter, owner: Instance, name: str) -> AnyValue | None:
    """What ``__getattr__`` of an object gives that wraps an optimizer or a scheduler."""
    if not any(isinstance(one, (OptimizerValue, SchedulerValue)) for one in elements(owner)):
        return None
    found = find_method(at, owner, "__getattr__")
    if not isinstance(found, FunctionValue):
        return None
    from lrlint.analysis import calls

    return calls.call_function(at, found, calls.Arguments([Const(name)]))


def _named_member(at: Interpreter, owner: Instance, name: str, value: AnyValue) -> AnyValue:
    """A setting gets its name when it is first read: only then is its owner's name known."""
    if owner.path is None and owner.external is None:
        return value
    path = f"{owner.path}.{name}" if owner.path else name
    strength = Strength.DEFAULT if owner.setting else Strength.CONSTANT
    value = name_setting(at, value, path, strength)
    owner.store.data[name] = value
    return value


def find_method(at: Interpreter, owner: Instance, name: str) -> AnyValue | None:
    """An attribute that the class of an object gives it; methods come bound."""
    if owner.cls is None:
        return None
    found = class_member(at, owner.cls, name)
    if isinstance(found, FunctionValue) and found.receiver is None:
        if "<static>" in found.defaults:
            return found
        bound = FunctionValue(found.node, found.scope, owner, found.owner, found.defaults)
        if "<property>" in found.defaults:
            from lrlint.analysis import calls

            value = calls.call_function(at, bound, calls.Arguments())
            if "<cached>" in found.defaults:
                at.write(owner.store, name, value)
            return value
        return bound
    return found


def class_member(at: Interpreter, cls: ClassValue, name: str, depth: int = 0) -> AnyValue | None:
    """An attribute of a class or of its bases in the project, in method resolution order."""
    value = cls.scope.store.data.get(name)
    if value is not None:
        return value
    if depth < 20:
        for base in cls.bases:
            if isinstance(base, ClassValue):
                value = class_member(at, base, name, depth + 1)
                if value is not None:
                    return value
    return None


def external_bases(cls: ClassValue, depth: int = 0) -> list[str]:
    """The library classes that a class derives from."""
    names: list[str] = []
    for base in cls.bases:
        if isinstance(base, External):
            names.append(base.name)
        elif isinstance(base, Opaque) and (base.external or base.path):
            names.append(str(base.external or base.path))
        elif isinstance(base, ClassValue) and depth < 20:
            names += external_bases(base, depth + 1)
    return names


def _super_member(at: Interpreter, receiver: AnyValue, cls: ClassValue, name: str) -> AnyValue:
    for base in cls.bases:
        if isinstance(base, ClassValue):
            found = class_member(at, base, name)
            if isinstance(found, FunctionValue):
                return FunctionValue(found.node, found.scope, receiver, found.owner, found.defaults)
    return Opaque()


def _scheduler_member(owner: SchedulerValue, name: str) -> AnyValue:
    record = owner.record
    if name == "optimizer" and record.optimizer is not None:
        return OptimizerValue(record.optimizer)
    argument = record.arguments.get(name)
    if isinstance(argument, Expr):
        return argument
    return Method(owner, name)


def set_attribute(
    at: Interpreter,
    owner: AnyValue,
    name: str,
    value: AnyValue,
    node: syn.Node,
    *,
    rename: bool = True,
) -> None:
    """``owner.name = value``."""
    match owner:
        case Instance(store=store, path=path):
            if rename and (path is not None or not isinstance(value, Expr)):
                value = binding.named(at, value, f"{path or 'self'}.{name}")
            binding.note_rebinding(at, store.data.get(name, MISSING), value)
            at.write(store, name, value)
        case ClassValue(scope=scope):
            at.write(scope.store, name, binding.named(at, value, f"{owner.name}.{name}"))
        case ModuleValue(unit=unit):
            at.write(at.scope_of(unit).store, name, binding.named(at, value, name))
        case SchedulerValue(record=record):
            at.emit(SchedulerCall(at.here(node), tuple(at.via), record, f"{name} ="))
        case OptimizerValue(record=record) if name == "param_groups":
            remove_group(at, GroupsValue(record), node)
        case Choice():
            branches.distribute(
                at, owner, node, lambda item: _set_and_return(at, item, name, value, node)
            )
        case Opaque():
            owner.members[f".{name}"] = value
            escapes.escape(value, f"stored as {owner.path or 'an attribute'}.{name}")
        case _:
            escapes.escape(value, f"stored as an attribute {name}")


def remove_group(at: Interpreter, groups: AnyValue, node: syn.Node) -> None:
    """``del optimizer.param_groups[1]`` and the like."""
    if isinstance(groups, GroupsValue):
        groups.record.unknown_groups = True
        at.emit(OptimizerCall(at.here(node), tuple(at.via), groups.record, REMOVES_GROUP))


def _set_and_return(
    at: Interpreter, owner: AnyValue, name: str, value: AnyValue, node: syn.Node
) -> AnyValue:
    set_attribute(at, owner, name, value, node)
    return value


def get_item(at: Interpreter, owner: AnyValue, key: AnyValue, text: str | None) -> AnyValue:
    """``owner[key]``."""
    match owner, key:
        case Choice(alternatives=alternatives), _:
            return branches.choice(
                at, [(condition, get_item(at, item, key, text)) for condition, item in alternatives]
            )
        case DictValue(), _:
            return _dict_item(at, owner, key, text)
        case (ListValue(items=list() as items), Expr()) if isinstance(key.value, int):
            position = int(key.value)
            if -len(items) <= position < len(items):
                item: AnyValue = items[position]
                return item
        case ListValue(items=[item]), _:
            return item
        case ListValue(items=list()), _:
            escapes.escape(owner, "taken from a list by an index that is not known")
        case ListValue(element=Opaque() | None, items=None), _:
            return Opaque(_item_path(None, text))
        case ListValue(element=element, items=None), _ if element is not None:
            return element
        case GroupsValue(record=record, whole=True), Expr():
            index = key.value if isinstance(key.value, int) else None
            return GroupsValue(record, whole=False, index=index)
        case GroupsValue(record=record, index=index, whole=False), Const(value=str() as name):
            if not record.driven and not at.loops and not record.unknown_groups:
                initial = record.groups[index or 0].get(name)
                if initial is not None:
                    return initial
            return Opaque(f'param_group["{name}"]', measured=True)
        case Opaque(), _:
            return opaque_member(owner, _suffix(key, text))
        case Instance(), _:
            path = f"{owner.path}[{text}]" if owner.path else None
            if isinstance(key, Const) and isinstance(key.value, str) and owner.cls is None:
                return _instance_member(at, owner, key.value)
            return Opaque(path)
        case Sized(shape=tuple() as shape), Expr() if isinstance(key.value, int):
            return Sized(None, kind="tensor") if len(shape) > 1 else Opaque()
    return Opaque(_item_path(getattr(owner, "path", None), text))


def _item_path(owner: str | None, text: str | None) -> str | None:
    return f"{owner}[{text}]" if owner and text else None


def _suffix(key: AnyValue, text: str | None) -> str:
    match key:
        case Const(value=str() as name):
            return f'["{name}"]'
        case Expr() if isinstance(key.value, int):
            return f"[{key.value}]"
    return f"[{text or '?'}]"


def _dict_item(at: Interpreter, owner: DictValue, key: AnyValue, text: str | None) -> AnyValue:
    name = dict_key(key)
    if name is None:
        if isinstance(key, Const) or not owner.store.data:
            return Opaque()
        return any_value(owner) or Opaque(_item_path(owner.path, text))
    suffix = f'["{name}"]' if isinstance(name, str) else f"[{name}]"
    path = f"{owner.path}{suffix}" if owner.path else None
    if path is None and owner.setting:
        path = str(name)
    value = owner.store.data.get(name)
    if value is None:
        if owner.store.data and not any(isinstance(one, str | int) for one in owner.store.data):
            return any_value(owner) or Opaque(path)
        value = Opaque(path)
        if not owner.complete:
            owner.store.data[name] = value
        return value
    if path is not None and isinstance(name, str):
        strength = Strength.DEFAULT if owner.setting else Strength.CONSTANT
        value = name_setting(at, value, path, strength)
        owner.store.data[name] = value
    return value


def forget_keys(owner: AnyValue) -> None:
    """From now on it is not known which settings there are: one is taken away, or may be."""
    if isinstance(owner, DictValue) and owner.setting:
        owner.complete = False


def any_value(owner: DictValue) -> AnyValue | None:
    """What the dict holds under any of its keys; None where that differs, or is not known.

    Whatever is done to the one that is taken is then not seen.
    """
    values = list(owner.store.data.values())
    if len(values) == 1:
        return values[0]
    for value in values:
        escapes.escape(value, "taken from a dict by a key that is not known")
    return None


def dict_of_pairs(
    at: Interpreter, pairs: Sequence[AnyValue], *, complete: bool = True
) -> DictValue:
    """The dict of keys with their values, each pair a tuple of the two."""
    found = DictValue(Store(), complete=complete)
    for pair in pairs:
        match pair:
            case ListValue(items=[key, value]):
                found.store.data[entry(at, found, key)] = value
            case _:
                found.complete = False
                escapes.escape(pair, "put into a dict")
    at.dicts.append(found)
    return found


def entry(at: Interpreter, owner: DictValue, key: AnyValue) -> Hashable:
    """Where a dict keeps what it holds under a key; where that is not known, it is incomplete."""
    name = dict_key(key)
    if name is None:
        owner.complete = False
        return "open", at.fresh_key()
    return name


def dict_key(key: AnyValue) -> str | int | None:
    """A key that can be looked up: a string or a whole number."""
    match key:
        case Const(value=str() as name):
            return name
        case Expr() if isinstance(key.value, int):
            return key.value
    return None


def set_item(at: Interpreter, target: syn.Subscript, value: AnyValue, *, rename: bool) -> None:
    """``owner[key] = value``."""
    from lrlint.analysis import expressions

    owner = at.evaluate(target.value)
    key = expressions.index_value(at, target)
    branches.distribute(
        at, owner, target, lambda item: _set_item(at, item, key, value, target, rename)
    )


def _set_item(
    at: Interpreter,
    owner: AnyValue,
    key: AnyValue,
    value: AnyValue,
    target: syn.Subscript,
    rename: bool,
) -> AnyValue:
    name = dict_key(key)
    match owner:
        case GroupsValue(record=record, whole=False, index=index) if name == "lr":
            at.emit(LRWrite(at.here(target), tuple(at.via), record, value, index))
        case GroupsValue(record=record, whole=False) if name == "initial_lr":
            at.emit(OptimizerCall(at.here(target), tuple(at.via), record, SETS_INITIAL_LR))
        case DictValue():
            if rename and owner.path and name is not None:
                suffix = f'["{name}"]' if isinstance(name, str) else f"[{name}]"
                value = binding.named(at, value, owner.path + suffix)
            at.write(owner.store, entry(at, owner, key), value)
        case ListValue(items=list() as items) if isinstance(name, int):
            if -len(items) <= name < len(items):
                items[name] = value
        case Instance(cls=None, store=store) if isinstance(name, str):
            at.write(store, name, value)
        case Opaque():
            owner.members[_suffix(key, None)] = value
            escapes.escape(value, "stored in a container")
        case _:
            escapes.escape(value, "stored in a container")
    return value


def entries(at: Interpreter, value: AnyValue) -> list[tuple[str, AnyValue]] | None:
    """The string keys and values that ``**value`` hands over; None where some are open."""
    match value:
        case DictValue(complete=True, store=store) if all(isinstance(k, str) for k in store.data):
            return [(str(key), _dict_item(at, value, Const(key), None)) for key in list(store.data)]
        case Choice():
            lean = branches.leaning(value)
            return None if lean is value else entries(at, lean)
    return None


def elements(value: AnyValue) -> list[AnyValue]:
    """The values held by a container, one level deep."""
    match value:
        case ListValue(items=list() as items):
            return items
        case DictValue(store=store) | Instance(store=store):
            return list(store.data.values())
        case Choice(alternatives=alternatives):
            return [item for _, item in alternatives]
        case Stream(items=list() as streamed):
            return streamed
    return []
