"""Gives each linted file its settings: those of the nearest configuration above it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lrlint.linter.config import Config, chain, combine, nearest
from lrlint.linter.keys import KEYS, OF_THE_RUN
from lrlint.linter.settings import Settings, absolute


@dataclass(frozen=True)
class Preferences:
    """The settings of a run of ``lrlint check``, which do not belong to a file."""

    output_format: str = "full"
    fix: bool = False
    unsafe_fixes: bool = False


class Resolver:
    """The settings of files; a configuration is read once, and a folder looked into once.

    ``above`` are configurations that override the files', as the command line does. With ``file``,
    that configuration holds for all files; ``isolated``, none is read. ``near`` is the path whose
    configuration says how the run is to be reported: standard input's, or the working directory.
    """

    def __init__(
        self,
        above: Iterable[Config] = (),
        *,
        file: Path | None = None,
        isolated: bool = False,
        near: Path = Path("lrlint"),
    ) -> None:
        self._above = tuple(above)
        self._near = near
        self._fixed: tuple[Config, ...] | None = None
        if file is not None:
            self._fixed = chain(file)
        elif isolated:
            self._fixed = ()
        self._configs: dict[Path, tuple[Config, ...]] = {}
        self._settings: dict[tuple[Path, ...], Settings] = {}
        self._by_folder: dict[str, Settings] = {}

    def settings(self, file: Path) -> Settings:
        """Return the settings of a file, which need not exist. Raises ConfigError."""
        folder = os.path.dirname(os.path.abspath(file))
        known = self._by_folder.get(folder)
        if known is None:
            configs = self._chain(Path(folder))
            files = tuple(config.file for config in configs if config.file is not None)
            if files not in self._settings:
                self._settings[files] = combine((*configs, *self._above))
            known = self._by_folder[folder] = self._settings[files]
        return known

    def twin(self) -> Resolver:
        """Return a resolver with the same settings and its own `files`."""
        twin = copy(self)
        twin._settings, twin._by_folder = dict(self._settings), {}
        return twin

    @cached_property
    def of_the_run(self) -> Settings:
        """The settings of the path that the run is near to."""
        return self.settings(self._near)

    @cached_property
    def preferences(self) -> Preferences:
        """How the run works and reports."""
        configs = (*self._chain(absolute(self._near).parent), *self._above)
        values = {key: value for config in configs for key, value in config.values.items()}
        chosen = {
            key.replace("-", "_"): values[key] for key in KEYS if key in values.keys() & OF_THE_RUN
        }
        return Preferences(**chosen)

    @property
    def files(self) -> tuple[Path, ...]:
        """The configuration files that hold for a file so far."""
        return tuple(dict.fromkeys(files[-1] for files in self._settings if files))

    def _chain(self, folder: Path) -> tuple[Config, ...]:
        if self._fixed is not None:
            return self._fixed
        unknown: list[Path] = []
        configs: tuple[Config, ...] = ()
        for candidate in (folder, *folder.parents):
            if candidate in self._configs:
                configs = self._configs[candidate]
                break
            unknown.append(candidate)
            own = nearest(candidate)
            if own is not None:
                configs = own
                break
        self._configs |= dict.fromkeys(unknown, configs)
        return configs


class Uniform(Resolver):
    """Gives all files the same settings."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(isolated=True)
        self._settings[()] = settings


def resolver_of(settings: Settings | Resolver | None) -> Resolver:
    """Return a resolver; settings hold for all files, None means the defaults."""
    return settings if isinstance(settings, Resolver) else Uniform(settings or Settings())
