"""hydra: the settings that ``@hydra.main(config_path="conf", config_name="config")`` hands over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lrlint.analysis import calls
from lrlint.analysis.library import files, settings
from lrlint.analysis.values import (
    AnyValue,
    Const,
    External,
    File,
    Instance,
    ListValue,
    Opaque,
    Store,
)
from lrlint.syntax import nodes as syn

if TYPE_CHECKING:
    from lrlint.analysis.interpreter import Interpreter


_SELF = "_self_"


class _Unsupported(Exception):
    """The list of defaults says something that is not followed: nothing is known then."""


def config(at: Interpreter, decorator: syn.Call) -> AnyValue | None:
    """The settings of a function that hydra runs, None where they cannot be found."""
    match at.evaluate(decorator.func):
        case External(name="hydra.main") | Opaque(external="hydra.main"):
            pass
        case _:
            return None
    arguments = calls.evaluate_arguments(at, decorator)
    folder = files.named(arguments.get(0, "config_path"))
    name = files.named(arguments.get(1, "config_name"))
    here = files.named(at.scope.find("__file__"))
    if name is None or here is None:
        return None
    root = files.joined(files.above(here), *([] if folder is None else [folder]))
    if root is None:
        return None
    try:
        return _Composer(at, root).file("", name.name)
    except _Unsupported:
        return None


class _Composer:
    """Puts the files of a folder of settings together."""

    def __init__(self, at: Interpreter, root: File) -> None:
        self._at = at
        self._root = root
        self._loaded: set[str] = set()

    def file(self, group: str, name: str) -> Instance:
        """A file of a group (the root's is empty), with all that its list of defaults names."""
        name = name if name.endswith((".yaml", ".yml")) else f"{name}.yaml"
        path = f"{group}/{name}" if group else name
        if path in self._loaded:
            raise _Unsupported
        self._loaded.add(path)
        file = files.joined(self._root, Const(path))
        found = settings.as_namespace(files.loaded(self._at, file, "hydra"))
        if not isinstance(found, Instance):
            raise _Unsupported
        merged = Instance(None, Store(), setting=True, external="namespace", open=True)
        for part in self._parts(group, found):
            settings.update(merged, part)
        return merged

    def _parts(self, group: str, found: Instance) -> list[Instance]:
        """What a file consists of, the stronger behind the weaker."""
        listed = found.store.data.pop("defaults", None)
        entries = list(listed.items or ()) if isinstance(listed, ListValue) else []
        if not any(isinstance(one, Const) and one.value == _SELF for one in entries):
            entries.append(Const(_SELF))
        parts: list[Instance] = []
        for entry in entries:
            match entry:
                case Const(value="_self_"):
                    parts.append(found)
                case Const(value=str() as name):
                    parts.append(self.file(*self._place(group, name)))
                case Instance(store=store):
                    for key, option in store.data.items():
                        parts += self._chosen(group, str(key), option)
                case _:
                    raise _Unsupported
        return parts

    def _place(self, group: str, name: str) -> tuple[str, str]:
        if "@" in name or " " in name or name.startswith("/"):
            raise _Unsupported
        inner, _, last = name.rpartition("/")
        return "/".join(part for part in (group, inner) if part), last

    def _chosen(self, group: str, key: str, option: AnyValue) -> list[Instance]:
        """The option of a group, under the keys that lead to it."""
        if key.startswith(("override hydra/", "hydra/")):
            return []  # hydra's own
        if not isinstance(option, Const):
            raise _Unsupported
        if option.value is None:
            return []
        inner, _ = self._place("", f"{key.removeprefix('optional ')}/_")
        below = f"{group}/{inner}" if group else inner
        chosen = self.file(below, str(option.value))
        for part in reversed(inner.split("/")):
            chosen = Instance(
                None, Store({part: chosen}), setting=True, external="namespace", open=True
            )
        return [chosen]


__all__ = ["config"]
