"""The helpers that rules write their snippets with, and the format of the case files."""

from __future__ import annotations

import re

import pytest

from lrlint import snippets
from lrlint.rule import Invalid
from lrlint.snippets import Diff, script, training
from lrlint.testing import read_case

STEP_LR = "scheduler = StepLR(optimizer, step_size=30)"


def test_training_steps_once_per_epoch() -> None:
    assert training(STEP_LR, epoch="scheduler.step()") == script(
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import StepLR

        def train(model, train_loader, epochs):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = StepLR(optimizer, step_size=30)
            for epoch in range(epochs):
                for x, y in train_loader:
                    model(x, y).backward()
                    optimizer.step()
                scheduler.step()
        """
    )


def test_every_place_of_a_training_can_be_filled() -> None:
    code = training(
        """
        import math
        optimizer = torch.optim.AdamW(
            model.parameters(), lr=args.lr
        )
        scheduler = LambdaLR(optimizer, lambda step: 0.5 + 0.5 * math.cos(step / 100))
        """,
        epochs="args.start_epoch, args.epochs",
        before="print(epoch)",
        batches="i, batch in enumerate(train_loader)",
        update="model(batch).backward()\nif i % 4 == 3:\n    optimizer.step()",
        batch="scheduler.step()",
        epoch="evaluate(model, val_loader)",
        after='torch.save(model, "last.pt")',
        parameters="args",
    )
    assert code == script(
        """
        import math
        from torch.optim.lr_scheduler import LambdaLR

        def train(model, train_loader, val_loader, args):
            optimizer = torch.optim.AdamW(
                model.parameters(), lr=args.lr
            )
            scheduler = LambdaLR(optimizer, lambda step: 0.5 + 0.5 * math.cos(step / 100))
            for epoch in range(args.start_epoch, args.epochs):
                print(epoch)
                for i, batch in enumerate(train_loader):
                    model(batch).backward()
                    if i % 4 == 3:
                        optimizer.step()
                    scheduler.step()
                evaluate(model, val_loader)
            torch.save(model, "last.pt")
        """
    )


def test_batches_can_be_out_of_sight() -> None:
    code = training(STEP_LR, epochs=90, batches=None, epoch="scheduler.step()")
    assert code == script(
        """
        from torch.optim import SGD
        from torch.optim.lr_scheduler import StepLR

        def train(model):
            optimizer = SGD(model.parameters(), lr=0.1)
            scheduler = StepLR(optimizer, step_size=30)
            for epoch in range(90):
                train_epoch(model, optimizer)
                scheduler.step()
        """
    )


def test_loop_over_epochs_can_be_left_out() -> None:
    code = training(STEP_LR, epochs=None, batch="scheduler.step()")
    assert code.splitlines()[-4:] == [
        "    for x, y in train_loader:",
        "        model(x, y).backward()",
        "        optimizer.step()",
        "        scheduler.step()",
    ]


def test_value_that_the_setup_computes_is_not_a_parameter() -> None:
    assert "def train(model, train_loader):" in training("epochs = 90")


def test_parameter_may_have_a_default() -> None:
    assert "def train(model, train_loader, epochs=90):" in training("", parameters="epochs=90")


@pytest.mark.parametrize("name", ["optimizer", "optimizers", "optimizer_c"])
def test_setup_that_builds_an_optimizer_gets_no_second_one(name: str) -> None:
    assert "SGD" not in training(f"{name} = build(model)")


def test_imported_names_are_torch_s() -> None:
    optim = pytest.importorskip("torch.optim")
    assert set(snippets.OPTIMIZERS) <= set(vars(optim))
    assert set(snippets.SCHEDULERS) <= set(vars(optim.lr_scheduler))


# -- diffs

LOOPS = """\
for epoch in range(9):
    for x in loader:
        step(x)
        scheduler.step()
    print(epoch)
scheduler.step()
"""


def test_diff_keeps_the_indentation_of_the_row_that_it_replaces() -> None:
    assert Diff("- step(x)\n+ step(x, 2)").apply(LOOPS) == LOOPS.replace("step(x)", "step(x, 2)")


def test_diff_moves_a_row_between_two_loops() -> None:
    diff = Diff(
        """
              step(x)
        -     scheduler.step()
          print(epoch)
        + scheduler.step()
        """
    )
    assert diff.apply(LOOPS) == script(
        """
        for epoch in range(9):
            for x in loader:
                step(x)
            print(epoch)
            scheduler.step()
        scheduler.step()
        """
    )


def test_blank_row_ends_a_hunk() -> None:
    diff = Diff(
        """
        - for epoch in range(9):
        + for epoch in range(10):

        - print(epoch)
        """
    )
    assert diff.apply(LOOPS) == LOOPS.replace("9", "10").replace("    print(epoch)\n", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- scheduler.step()", "2 places"),
        ("- print(x)", "0 places"),
        ("+ print(x)", "0 places"),
        ("-print(epoch)", "begins with"),
        ("-     print(epoch)\n- scheduler.step()\n-   x", "0 places"),
    ],
)
def test_diff_that_does_not_fit_at_exactly_one_place_is_an_error(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Diff(text).apply(LOOPS)


# -- the row of a finding


def test_row_is_found_by_its_text() -> None:
    assert Invalid(LOOPS, at="print(epoch)").expected_row() == 5
    assert Invalid(LOOPS, row=4).expected_row() == 4
    assert Invalid(LOOPS).expected_row() is None


def test_row_whose_text_occurs_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="2 rows"):
        Invalid(LOOPS, at="scheduler.step()").expected_row()


# -- case files


def test_valid_case_is_a_script_with_a_reason() -> None:
    assert read_case("# valid: why\nprint(1)\n") == "print(1)\n"


def test_invalid_case_has_what_an_invalid_snippet_has() -> None:
    case = read_case(
        "# invalid: why\n# at: print(1)\n# says: one\n# says: 1: two\n# also: LR203\n"
        "print(1)\n# fixed:\n# - print(1)\n# + print(2)\n"
    )
    assert case == Invalid(
        "print(1)\n",
        at="print(1)",
        fixed=Diff("- print(1)\n+ print(2)\n"),
        says=("one", "1: two"),
        also=("LR203",),
    )
    assert isinstance(case, Invalid)
    assert case.expected_fix() == "print(2)\n"


@pytest.mark.parametrize(
    "text",
    [
        "print(1)\n",
        "# valid: why\n",
        "# valid: why\n# at: print(1)\nprint(1)\n",
        "# valid: why\nprint(1)\n# fixed:\n",
        "# at: print(1)\nprint(1)\n",
        "# invalid: why\n# at: a\n# at: b\nprint(1)\n",
    ],
)
def test_case_with_a_bad_header_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=re.compile("case|unpack")):
        read_case(text)
