"""``lrlint completion``: the script that makes a shell complete lrlint's commands and options."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from lrlint.cli import COMPLETES, PROGRAM
from lrlint.cli.shells import install
from lrlint.cli.terminal import write

SHELLS = ("bash", "fish", "zsh")


@click.command(short_help="Print the script that sets up completion in a shell.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print the script that makes a shell complete commands, options, rules and names.

    For bash, put `eval "$(lrlint completion bash)"` into ~/.bashrc; for zsh the same with zsh into
    ~/.zshrc; for fish `lrlint completion fish | source` into ~/.config/fish/config.fish.
    """
    install()
    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"this version of click does not complete in {shell}.")
    write(made(context.find_root().command, {}, PROGRAM, COMPLETES).source())
    return 0
