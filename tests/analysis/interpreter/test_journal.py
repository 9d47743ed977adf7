"""The journal: what a branch writes is taken back, and joined with the other branch."""

from __future__ import annotations

from lrlint.analysis.interpreter.journal import apply_changes, join_changes, take_back
from lrlint.analysis.interpreter.outcomes import MISSING
from lrlint.analysis.model.conditions import negate
from lrlint.analysis.model.values import Choice, Const, Store

from .fake import FakeMachine, flag, number

OLD, NEW, OTHER = Const("old"), Const("new"), Const("other")


def test_take_back_undoes_every_write_since() -> None:
    machine, store = FakeMachine(), Store({"a": OLD})
    machine.write(store, "before", OLD)
    start = len(machine.journal)
    machine.write(store, "a", NEW)
    machine.write(store, "a", OTHER)
    machine.write(store, "b", NEW)
    changes = take_back(machine, start)
    assert store.data == {"a": OLD, "before": OLD}
    assert len(machine.journal) == start
    assert changes == {(store, "a"): OTHER, (store, "b"): NEW}


def test_what_was_taken_back_can_be_written_again() -> None:
    machine, store = FakeMachine(), Store({"a": OLD})
    machine.write(store, "a", MISSING)
    machine.write(store, "b", NEW)
    changes = take_back(machine, 0)
    apply_changes(machine, changes)
    assert store.data == {"b": NEW}


def test_two_branches_are_joined_under_their_condition() -> None:
    machine, store = FakeMachine(), Store({"a": OLD})
    big = flag("big")
    join_changes(machine, big, {(store, "a"): NEW}, {(store, "a"): OTHER})
    value = store.data["a"]
    assert isinstance(value, Choice)
    assert value.alternatives == ((big, NEW), (negate(big), OTHER))


def test_a_branch_that_does_not_write_keeps_the_old_value() -> None:
    machine, store = FakeMachine(), Store({"a": OLD})
    join_changes(machine, flag("big"), {}, {(store, "a"): NEW})
    value = store.data["a"]
    assert isinstance(value, Choice)
    assert [inner for _, inner in value.alternatives] == [OLD, NEW]


def test_a_name_of_one_branch_only_has_its_value() -> None:
    machine, store = FakeMachine(), Store()
    join_changes(machine, flag("big"), {(store, "a"): number(1)}, {})
    assert store.data == {"a": number(1)}


def test_local_variables_are_skipped_after_a_return() -> None:
    machine, local, shared = FakeMachine(), Store(), Store()
    changes = {(local, "a"): NEW, (shared, "b"): NEW}
    join_changes(machine, flag("done"), changes, {}, skip=local)
    assert (local.data, shared.data) == ({}, {"b": NEW})
