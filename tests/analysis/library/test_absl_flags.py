"""The flags of absl, which the user may set."""

from __future__ import annotations

import pytest

from lrlint.symbolic import Expr, Strength

from .scripts import UNKNOWN, get, plain, run, value_of

FLAGS = """
from absl import flags
F = flags.FLAGS
flags.DEFINE_integer("epochs", 30, "how long")
flags.DEFINE_float("rate", default=0.25, help="the LR")
flags.DEFINE_string("decay", "cosine", "which")
flags.DEFINE_string("resume", None, "from where")
flags.DEFINE_multi_integer("drops", [10, 20], "where")
holder = flags.DEFINE_bool("amp", False, "whether")
"""


@pytest.mark.parametrize(
    ("code", "result"),
    [
        ("F.epochs + 0", 30),
        ("flags.FLAGS.epochs + 0", 30),
        ("F.rate * 2", 0.5),
        ("F.decay", "cosine"),
        ("F.resume", None),
        ("F.drops[1] + 0", 20),
        ("holder.value", False),
        ("F.unseen", UNKNOWN),
    ],
)
def test_a_flag_has_its_default(code: str, result: object) -> None:
    assert value_of(code, FLAGS) == result


def test_a_flag_is_a_default_under_the_name_that_the_script_reads() -> None:
    length = get(run(FLAGS + "length = F.epochs\n"), "length")
    assert isinstance(length, Expr)
    assert (str(length), length.strength) == ("FLAGS.epochs", Strength.DEFAULT)


def test_a_user_can_set_a_flag() -> None:
    machine = run(FLAGS + "length = F.epochs + 0\n", overrides={"FLAGS.epochs": 7})
    assert plain(get(machine, "length")) == 7


def test_a_flag_that_is_not_defined_in_sight_may_be_anything() -> None:
    assert value_of("1 if F.unseen else 2", FLAGS) not in (1, 2)
