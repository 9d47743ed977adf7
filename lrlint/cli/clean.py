"""``lrlint clean``: removes the cache."""

from __future__ import annotations

from pathlib import Path

import click

from lrlint.cli.terminal import say
from lrlint.linter.cache import folder


@click.command(short_help="Remove the cache.")
@click.option(
    "--cache-dir",
    type=click.Path(path_type=Path),
    envvar="LRLINT_CACHE_DIR",
    metavar="DIR",
    help="The cache to remove.  [default: .lrlint_cache in the project's root]",
)
def clean(cache_dir: Path | None) -> int:
    """Remove the results that `lrlint check` has kept for its next run."""
    place = cache_dir or folder.default_folder()
    say(f"removed {place}" if folder.clean(place) else f"there is no cache in {place}")
    return 0
