"""argparse, fields with defaults, the environment."""

from __future__ import annotations

import pytest

from lrlint.symbolic import Expr, Strength

from .scripts import UNKNOWN, get, plain, run, value_of

PARSER = "import argparse\nparser = argparse.ArgumentParser()\n"


def parsed(*lines: str) -> object:
    """Return the settings that a parser gives after some lines."""
    return value_of("parser.parse_args()", PARSER + "\n".join(lines))


@pytest.mark.parametrize(
    ("arguments", "result"),
    [
        ("'--epochs', type=int, default=3", {"epochs": 3}),
        ("'-e', '--num-epochs', default=3", {"num_epochs": 3}),
        ("'--epochs', dest='n', default=3", {"n": 3}),
        ("'--epochs', type=int, default='3'", {"epochs": 3}),
        ("'--lr', type=float, default='1e-3'", {"lr": 0.001}),
        ("'--lr', type=float, default='fast'", {"lr": UNKNOWN}),
        ("'--name', type=str, default='3'", {"name": "3"}),
        ("'--amp', action='store_true'", {"amp": False}),
        ("'--no-amp', action='store_false'", {"no_amp": True}),
        ("'--resume'", {"resume": None}),
        ("'--data', required=True", {"data": UNKNOWN}),
        ("'data'", {"data": UNKNOWN}),
        ("*names", {}),
    ],
)
def test_an_option(arguments: str, result: object) -> None:
    assert parsed(f"parser.add_argument({arguments})") == result


def test_groups_and_commands_share_the_options() -> None:
    assert parsed(
        "group = parser.add_argument_group('training')",
        "group.add_argument('--epochs', default=3)",
        "either = group.add_mutually_exclusive_group()",
        "either.add_argument('--steps', default=9)",
        "command = parser.add_subparsers().add_parser('train')",
        "command.add_argument('--lr', default=0.5)",
    ) == {"epochs": 3, "steps": 9, "lr": 0.5}


def test_defaults_can_be_set_later() -> None:
    option = "parser.add_argument('--epochs', default=3)"
    assert parsed(option, "parser.set_defaults(epochs=5)") == {"epochs": 5}


def test_a_parser_has_the_options_of_its_parents() -> None:
    parent = "parent = argparse.ArgumentParser()\nparent.add_argument('--epochs', default=3)"
    assert parsed(parent, "parser = argparse.ArgumentParser(parents=[parent])") == {"epochs": 3}


def test_an_option_of_configargparse_may_be_added_by_a_short_name() -> None:
    parser = "import configargparse\nparser = configargparse.ArgParser()\n"
    assert value_of("parser.parse_args()", parser + "parser.add('--epochs', default=3)") == {
        "epochs": 3
    }


def test_parse_known_args_gives_the_settings_and_the_rest() -> None:
    option = "parser.add_argument('--epochs', default=3)\n"
    assert value_of("parser.parse_known_args()", PARSER + option) == [{"epochs": 3}, UNKNOWN]


def test_an_option_is_a_default_under_the_name_of_the_namespace() -> None:
    option = "parser.add_argument('--epochs', default=3)\nargs = parser.parse_args()\n"
    epochs = get(run(PARSER + option + "epochs = args.epochs\n"), "epochs")
    assert isinstance(epochs, Expr)
    assert (str(epochs), epochs.strength) == ("args.epochs", Strength.DEFAULT)


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("typer.Option(10, help='epochs')", 10),
        ("typer.Option(...)", UNKNOWN),
        ("dataclasses.field(default=10)", 10),
        ("dataclasses.field(default_factory=lambda: [1, 2])", [1, 2]),
        ("dataclasses.field()", UNKNOWN),
        ("os.getenv('EPOCHS', 10)", 10),
        ("os.getenv('NAME', 'sgd')", "sgd"),
        ("os.environ.get('EPOCHS')", UNKNOWN),
        ("os.getenv(name, 10)", UNKNOWN),
    ],
)
def test_other_defaults(code: str, result: object) -> None:
    assert value_of(code, "import dataclasses, os, typer") == result


def test_a_user_can_set_the_environment() -> None:
    overrides = {'os.environ["NAME"]': "adam"}
    machine = run("import os\nname = os.getenv('NAME', 'sgd')", overrides=overrides)
    assert plain(get(machine, "name")) == "adam"


@pytest.mark.parametrize(
    ("lines", "result"),
    [
        ("p.add_argument('--n', type=int, default=5)\nargs = p.parse_args(['--n', '8'])", 8),
        ("p.add_argument('--n', type=int, default=5)\nargs = p.parse_args(['--n=8'])", 8),
        ("p.add_argument('--n', type=int, default=5)\nargs = p.parse_args(unseen())", 5),
        ("p.add_argument('--n', type=int, default=5)\nargs = p.parse_args(['--m', '8'])", "args.n"),
        (
            "import sys\nsys.argv = ['train', '--n', '8']\n"
            "p.add_argument('--n', type=int)\nargs = p.parse_args()",
            8,
        ),
        (
            "import sys\nsys.argv.append('--n=8')\n"
            "p.add_argument('--n', type=int, default=5)\nargs = p.parse_args()",
            8,
        ),
        (
            "import sys\nsys.argv.extend(['--n', '8'])\nsys.argv.append('--m=9')\n"
            "p.add_argument('--n', type=int, default=5)\np.add_argument('--m', type=int)\n"
            "args = p.parse_args()",
            8,
        ),
        (
            "import sys\nsys.argv.extend(unseen())\n"
            "p.add_argument('--n', type=int, default=5)\nargs = p.parse_args()",
            "args.n",
        ),
        ("p.set_defaults(n=6)\np.add_argument('--n', type=int)\nargs = p.parse_args()", 6),
        ("p.add_argument('--n', default=5)\np.set_defaults(n=6)\nargs = p.parse_args()", 6),
        ("q.add_argument('--n', type=int)\nargs = q.parse_args()", 7),
    ],
)
def test_what_the_script_says_of_its_command_line(lines: str, result: object) -> None:
    parsers = "import argparse\np = argparse.ArgumentParser()\n"
    parsers += "q = argparse.ArgumentParser(argument_default=7)\n"
    assert value_of("args.n + 0", parsers + lines) == result


def test_options_as_pairs_are_defaults_too() -> None:
    setup = "import argparse\np = argparse.ArgumentParser()\np.add_argument('--n', default=5)\n"
    setup += "options = dict(p.parse_args()._get_kwargs())\n"
    assert value_of("options", setup) == {"n": 5}
    number = get(run(setup + "n = options['n']"), "n")
    assert isinstance(number, Expr)
    assert number.strength is Strength.DEFAULT
