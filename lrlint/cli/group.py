"""The ``lrlint`` command itself: finds its subcommands by name and falls back to ``check``."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, NamedTuple, cast

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


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
    "report": Lazy("lrlint.cli.trace:report", "Show the trace of a run that is over."),
    "server": Lazy("lrlint.cli.server:server", "Start the language server, for editors."),
    "rule": Lazy("lrlint.cli.rule:rule", "Explain a rule, or list them all."),
    "clean": Lazy("lrlint.cli.clean:clean", "Remove the cache."),
    "completion": Lazy(
        "lrlint.cli.completion:completion", "Print the script that sets up completion in a shell."
    ),
}
DEFAULT = "check"


class LazyGroup(click.Group):
    """``lrlint PATHS`` is ``lrlint check PATHS``; ``lrlint check`` never imports ``predict``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args:
            if ctx.resilient_parsing:  # a shell asks what may come next
                return super().parse_args(ctx, args)
            click.echo(ctx.get_help())
            ctx.exit()
        own = {name for parameter in self.get_params(ctx) for name in parameter.opts}
        if args[0] not in COMMANDS and args[0] not in own:
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Offer the commands, and whatever the default command takes."""
        default = self.get_command(ctx, DEFAULT)
        assert default is not None
        with click.Context(default, ctx, resilient_parsing=True) as context:
            # Files come first: bash then completes them only where no command fits.
            paths = [
                item
                for parameter in default.get_params(context)
                if isinstance(parameter, click.Argument)
                for item in parameter.shell_complete(context, incomplete)
            ]
            options = default.shell_complete(context, incomplete)
        own = super().shell_complete(ctx, incomplete)
        known = {item.value for item in own}
        return [*paths, *own, *(item for item in options if item.value not in known)]

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
