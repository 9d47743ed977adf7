"""``lrlint predict``: the LR that a script will use at every optimizer step."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lrlint.cli import USAGE_ERROR, complete
from lrlint.cli.configuration import resolver_for
from lrlint.cli.names import say_unknown
from lrlint.cli.options import (
    FilePath,
    config_option,
    format_option,
    isolated_option,
    set_option,
)
from lrlint.cli.terminal import say, wants_colour, write, write_file
from lrlint.errors import internal_error

# The analyser and the charts are imported in functions: they take 0.1 s, and `--help` needs none.
if TYPE_CHECKING:
    from lrlint.linter.resolve import Resolver
    from lrlint.predict.forecast import FileForecast


FORMATS = {
    "text": "facts, key steps and a curve for the terminal",
    "json": "one JSON object, with the LR at every step",
    "csv": "a row for each step and param group",
    "svg": "a picture",
    "png": "a picture, with the extra `report`",
    "html": "a page with facts, pictures and key steps",
}
OF_A_SUFFIX = {f".{name}": name for name in ("csv", "svg", "png", "html")}
"""The format of --output-file where none is named."""


@click.command(
    params=[
        format_option(FORMATS, "the prediction is"),
        set_option(
            "Set a value that is unknown or a default, e.g. 'len(train_loader)=391' or"
            " args.epochs=10. May be repeated."
        ),
        config_option(
            "A file to read instead of the nearest configuration of each FILE, or a setting."
        ),
        isolated_option(),
    ]
)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", shell_complete=complete.paths)
@click.option(
    "--max-steps",
    type=click.IntRange(min=1),
    metavar="N",
    help="Cut the lists of LRs after N optimizer steps.",
)
@click.option(
    "--output-file",
    type=FilePath(),
    help="Write the prediction to this file; its ending chooses the format: .csv, .svg…",
)
@click.option("-m", "modules", is_flag=True, help="FILE is the name of a module, as for python -m.")
def predict(
    files: tuple[str, ...],
    modules: bool,
    output_format: str | None,
    overrides: dict[str, object],
    max_steps: int | None,
    output_file: Path | None,
    config: tuple[str, ...],
    isolated: bool,
) -> int:
    """Show the learning rate at every optimizer step of each FILE, without running it.

    Defaults of the script are used as they are; unknown values can be set with --set, and in the
    table `set` of the configuration.
    """
    if modules:
        files = tuple(map(_file_of_module, files))
    resolver = resolver_for(config, isolated=isolated)
    forecasts = [
        one
        for name in files
        if (one := _forecast(name, resolver, overrides, max_steps)) is not None
    ]
    failed = len(forecasts) < len(files)
    if not failed and _are_unknown(overrides, forecasts):
        return USAGE_ERROR
    suffix = "" if output_file is None else output_file.suffix.lower()
    output_format = output_format or OF_A_SUFFIX.get(suffix, "text")
    if output_format == "png" and output_file is None:
        raise click.UsageError("a PNG needs --output-file")
    content = _rendered(forecasts, output_format, colour=output_file is None)
    if output_file is None:
        assert isinstance(content, str)
        write(content)
    elif (failure := write_file(output_file, content)) is not None:
        say(failure)
        failed = True
    return USAGE_ERROR if failed else 0


def _rendered(files: list[FileForecast], output_format: str, *, colour: bool) -> str | bytes:
    """Return the forecasts in a format of :data:`FORMATS`."""
    if output_format == "json":
        from lrlint.predict.forecast_json import as_json

        return json.dumps(as_json(files), indent=2, allow_nan=False) + "\n"
    if output_format == "csv":
        from lrlint.predict.forecast_csv import as_csv

        _say_what_is_missing(files)
        return as_csv(files)
    if output_format in ("svg", "png", "html"):
        from lrlint.predict import forecast_picture as picture

        _say_what_is_missing(files)
        if output_format == "png":
            return picture.as_png(files)
        return picture.as_svg(files) if output_format == "svg" else picture.as_html(files)
    from lrlint.predict.forecast_text import describe

    colour = colour and wants_colour(sys.stdout)
    text = "\n\n".join("\n".join(describe(file, colour=colour)) for file in files)
    return f"{text}\n" if text else ""


def _say_what_is_missing(files: list[FileForecast]) -> None:
    """Name the schedules whose LR is unknown, which a table or a picture may not show."""
    from lrlint.predict.forecast_text import nothing_found, unknown

    for file in files:
        if not file.schedules:
            say(f"{file.filename}: {nothing_found(file)}")
        for forecast in file.schedules:
            if forecast.prediction.unresolved:
                place = forecast.schedule.place.span().start
                said = unknown(forecast.prediction)
                missing = ", ".join(forecast.prediction.unresolved)
                say(f"{file.filename}:{place.row}: unknown: {missing}. {said}")


def _file_of_module(name: str) -> str:
    """Return the file that ``python -m NAME`` runs here; nothing is imported to find it."""
    path = "/".join(name.split("."))
    candidates = (Path(path, "__main__.py"), Path(f"{path}.py"))
    file = next((candidate for candidate in candidates if candidate.is_file()), None)
    if file is None:
        raise click.UsageError(f"no module {name or '``'} in the working directory")
    return str(file)


def _are_unknown(overrides: dict[str, object], forecasts: list[FileForecast]) -> bool:
    """Report the names of the command line that no file has; return whether there are any."""
    names = [name for name in overrides if all(name in one.unused for one in forecasts)]
    known = {name for one in forecasts for name in one.names}
    where = ", ".join(dict.fromkeys(one.filename for one in forecasts))
    say_unknown("--set", names, known, where)
    return bool(names)


def _forecast(
    name: str, resolver: Resolver, overrides: dict[str, object], max_steps: int | None
) -> FileForecast | None:
    """Return the schedules of one file; report what is wrong, and return None then."""
    from lrlint.analysis.interpreter.outcomes import BadOverride
    from lrlint.predict.forecast import forecast
    from lrlint.source import SourceError, load

    numbers = dict(resolver.settings(Path(name)).numbers)
    try:
        return forecast(load(name), numbers | overrides, max_steps, relative=True)
    except SourceError as error:
        say(f"{name}:{error}")
    except BadOverride as error:
        say(f"--set: {error}" if overrides else f"{name}: set: {error}")
    except Exception as error:
        say(internal_error(name, error))
    return None
