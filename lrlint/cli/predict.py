"""``lrlint predict``: the LR that a script will use at every optimizer step."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lrlint.cli import USAGE_ERROR, complete
from lrlint.cli.configuration import assignments, resolver_for
from lrlint.cli.terminal import say, wants_colour, write, write_file
from lrlint.errors import internal_error

# The analyser and the charts are imported in functions: they take 0.1 s, and `--help` needs none.
if TYPE_CHECKING:
    from lrlint.predict.forecast import FileForecast


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", shell_complete=complete.paths)
@click.option(
    "--output-format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print the prediction.",
)
@click.option(
    "--set",
    "overrides",
    multiple=True,
    callback=assignments,
    shell_complete=complete.settable,
    metavar="NAME=VALUE",
    help="Set a value that is unknown or a default, e.g. "
    "'len(train_loader)=391' or args.epochs=10. May be repeated.",
)
@click.option(
    "--max-steps",
    type=click.IntRange(min=1),
    metavar="N",
    help="Cut the lists of LRs after N optimizer steps.",
)
@click.option(
    "--output-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the prediction to this file.",
)
@click.option("-m", "modules", is_flag=True, help="FILE is the name of a module, as for python -m.")
def predict(
    files: tuple[str, ...],
    modules: bool,
    output_format: str,
    overrides: dict[str, object],
    max_steps: int | None,
    output_file: Path | None,
) -> int:
    """Show the learning rate at every optimizer step of each FILE, without running it.

    Defaults of the script are used as they are; unknown values can be set with --set, and in the
    table `set` of the configuration.
    """
    if modules:
        files = tuple(map(_file_of_module, files))
    forecasts, failed = _forecasts(files, overrides, max_steps)
    if output_format == "json":
        from lrlint.predict.forecast_json import as_json

        text = json.dumps(as_json(forecasts), indent=2, allow_nan=False)
    else:
        from lrlint.predict.forecast_text import describe

        colour = output_file is None and wants_colour(sys.stdout)
        text = "\n\n".join("\n".join(describe(file, colour=colour)) for file in forecasts)
    if output_file is None:
        write(f"{text}\n" if text else "")
    elif (failure := write_file(output_file, f"{text}\n")) is not None:
        say(failure)
        failed = True
    return USAGE_ERROR if failed else 0


def _file_of_module(name: str) -> str:
    """Return the file that ``python -m NAME`` runs here; nothing is imported to find it."""
    path = Path(*name.split("."))
    candidates = (path / "__main__.py", path.with_suffix(".py"))
    file = next((candidate for candidate in candidates if candidate.is_file()), None)
    if file is None:
        raise click.UsageError(f"no module {name} in the working directory")
    return str(file)


def _forecasts(
    files: tuple[str, ...], overrides: dict[str, object], max_steps: int | None
) -> tuple[list[FileForecast], bool]:
    """Return the forecast of each file, and whether one of them failed."""
    from lrlint.analysis.interpreter.machine import normal_name

    forecasts: list[FileForecast] = []
    resolver = resolver_for(())
    for name in files:
        numbers = dict(resolver.settings(Path(name)).numbers)
        forecast = _forecast(name, numbers | overrides, max_steps, given=bool(overrides))
        if isinstance(forecast, str):
            say(forecast)
        else:
            forecasts.append(forecast)
    failed = len(forecasts) < len(files)
    if forecasts and not failed:
        unused = frozenset.intersection(*(forecast.unused for forecast in forecasts))
        for name in sorted(unused & set(map(normal_name, overrides))):
            say(f"--set {name}: no such name in {', '.join(files)}")
    return forecasts, failed


def _forecast(
    name: str, overrides: dict[str, object], max_steps: int | None, *, given: bool
) -> FileForecast | str:
    """The schedules of one file, or what is wrong, in a line."""
    from lrlint.analysis.interpreter.outcomes import BadOverride
    from lrlint.predict.forecast import forecast
    from lrlint.source import SourceError, load

    try:
        return forecast(load(name), overrides, max_steps)
    except SourceError as error:
        return f"{name}:{error}"
    except BadOverride as error:
        return f"--set: {error}" if given else f"{name}: set: {error}"
    except Exception as error:
        return internal_error(name, error)
