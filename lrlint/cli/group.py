"""The ``lrlint`` command itself: finds its subcommands by name and falls back to ``check``."""

from __future__ import annotations

import importlib
from typing import NamedTuple, cast

import click


class Lazy(NamedTuple):
    """A command that is imported only when it runs."""

    target: str
    """``module:attribute``."""
    help: str


COMMANDS = {
    "check": Lazy("lrlint.cli.check:check", "Lint scripts, notebooks and folders (the default)."),
    "predict": Lazy(
        "lrlint.cli.predict:predict", "Show the learning rate at every optimizer step."
    ),
    "run": Lazy("lrlint.cli.run:run", "Run a training script and verify the LR it uses."),
    "server": Lazy("lrlint.cli.server:server", "Start the language server, for editors."),
    "rule": Lazy("lrlint.cli.rule:rule", "Explain a rule, or list them all."),
}
DEFAULT = "check"


class LazyGroup(click.Group):
    """``lrlint PATHS`` is ``lrlint check PATHS``; ``lrlint check`` never imports ``predict``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args:
            click.echo(ctx.get_help())
            ctx.exit()
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        if args[0] not in COMMANDS and args[0] not in own:
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].target.partition(":")
        return cast(click.Command, getattr(importlib.import_module(module), attribute))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, command.help) for name, command in COMMANDS.items()])


@click.command(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="[COMMAND] [PATHS]...",
)
@click.version_option(None, "-V", "--version", package_name="lrlint", message="lrlint %(version)s")
def lrlint() -> None:
    """Know the learning rate that a PyTorch training script will really use.

    `lrlint PATHS` is short for `lrlint check PATHS`.
    """
