"""Method calls, by the kind of object they are called on."""

from __future__ import annotations

import pytest

from lrlint.analysis.interpreter.arguments import Arguments
from lrlint.analysis.interpreter.methods import call_method
from lrlint.analysis.model.library_kinds import LibraryKind
from lrlint.analysis.model.records import GroupsValue
from lrlint.analysis.model.trace import (
    REMOVES_GROUP,
    SETS_INITIAL_LR,
    OptimizerCall,
    OptimizerStep,
    SchedulerCall,
    SchedulerStep,
)
from lrlint.analysis.model.values import (
    NONE,
    AnyValue,
    Choice,
    Const,
    DictValue,
    External,
    File,
    Instance,
    ListValue,
    Loader,
    Opaque,
    Sized,
    Store,
    Superclass,
)

from .fake import FakeMachine, NoLibrary, flag, number, optimizer, scheduler

SCRIPT = "{call}\n\ndef method(self):\n    pass\n\nclass Trainer:\n    pass\n"


def machine(call: str = "x.f()") -> FakeMachine:
    return FakeMachine(SCRIPT.format(call=call))


def run(
    at: FakeMachine, receiver: AnyValue, name: str, *values: AnyValue, **keywords: AnyValue
) -> AnyValue:
    arguments = Arguments(list(values), dict(keywords))
    return call_method(at, receiver, name, arguments, at.expression())


# -- schedulers and optimizers --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "argument", "text"),
    [
        ("s.step()", None, ""),
        ("s.step(val_loss)", Opaque("val_loss"), "val_loss"),
        ("s.step(metrics=loss)", Opaque("loss"), "metrics=loss"),
    ],
)
def test_a_scheduler_is_stepped(call: str, argument: AnyValue | None, text: str) -> None:
    at = machine(call)
    sched = scheduler(at)
    assert run(at, sched, "step", *([] if argument is None else [argument])) == NONE
    (event,) = at.trace
    assert isinstance(event, SchedulerStep)
    assert (event.scheduler, event.argument, event.argument_text) == (sched.record, argument, text)


def test_other_methods_of_a_scheduler() -> None:
    at = machine()
    sched = scheduler(at)
    rates = run(at, sched, "get_last_lr")
    assert isinstance(rates, ListValue)
    assert isinstance(rates.element, Opaque)
    state = run(at, sched, "state_dict")
    assert isinstance(state, Opaque)
    assert state.state_of is sched.record
    run(at, sched, "load_state_dict", state)
    run(at, sched, "load_state_dict", Opaque("checkpoint"))
    events = [event for event in at.trace if isinstance(event, SchedulerCall)]
    assert [(event.method, event.own_state) for event in events] == [
        ("get_last_lr", False),
        ("state_dict", False),
        ("load_state_dict", True),
        ("load_state_dict", False),
    ]
    assert not any(event.inside_scheduler_class for event in events)


def test_a_method_inside_a_scheduler_class() -> None:
    at = machine()
    base = External("torch.optim.lr_scheduler.LRScheduler")
    at.scope.owner = at.class_(2, base)
    run(at, scheduler(at), "get_lr")
    (event,) = at.trace
    assert isinstance(event, SchedulerCall)
    assert event.inside_scheduler_class


def test_an_optimizer_is_stepped_and_its_closure_run() -> None:
    at = machine()
    closure = at.function(1)
    run(at, optimizer(at), "step", closure)
    assert at.calls == [(closure, Arguments())]
    assert isinstance(at.trace[0], OptimizerStep)


def test_other_methods_of_an_optimizer() -> None:
    at = machine()
    opt = optimizer(at)
    state = run(at, opt, "state_dict")
    assert isinstance(state, Opaque)
    assert state.state_of is opt.record
    run(at, opt, "load_state_dict", state)
    run(at, opt, "add_param_group", DictValue(Store()))
    run(at, opt, "zero_grad")
    events = [event for event in at.trace if isinstance(event, OptimizerCall)]
    assert [(event.method, event.own_state) for event in events] == [
        ("state_dict", False),
        ("load_state_dict", True),
        ("add_param_group", False),
    ]
    assert isinstance(at.library, NoLibrary)
    assert at.library.called == ["add_param_group"]


@pytest.mark.parametrize(
    ("call", "scaled"), [("scaler.step(opt)", True), ("engine.step(opt)", False)]
)
def test_any_object_may_step_an_optimizer_that_it_receives(call: str, scaled: bool) -> None:
    at = machine(call)
    first, second = optimizer(at), optimizer(at)
    run(at, Opaque("scaler"), "step", Choice(((flag("a"), first), (flag("b"), second))))
    assert len(at.trace) == 2
    at.trace.clear()
    run(at, Instance(None, Store()), "step", first)
    (event,) = at.trace
    assert isinstance(event, OptimizerStep)
    assert (event.optimizer, event.scaled) == (first.record, scaled)


def test_an_unknown_optimizer_is_stepped() -> None:
    at = machine()
    opt = Opaque("self.optimizer")
    run(at, opt, "step")
    (event,) = at.trace
    assert isinstance(event, OptimizerStep)
    assert event.optimizer is at.adopted(opt)
    run(at, Opaque("timer"), "step")
    assert len(at.trace) == 1


def test_param_groups() -> None:
    at = machine()
    groups = GroupsValue(optimizer(at).record)
    run(at, GroupsValue(groups.record, whole=False), "setdefault", Const("initial_lr"), number(1))
    run(at, groups, "pop", number(0))
    assert [event.method for event in at.trace if isinstance(event, OptimizerCall)] == [
        SETS_INITIAL_LR,
        REMOVES_GROUP,
    ]
    assert groups.record.unknown_groups


# -- values of libraries --------------------------------------------------------------------------


def test_containers_and_numbers() -> None:
    at = machine()
    receiver = ListValue([])
    run(at, receiver, "append", number(1))
    assert receiver.items == [number(1)]
    assert run(at, DictValue(Store({"a": number(0)})), "get", Const("a")) == number(0)
    assert run(at, Const("A"), "lower") == Const("a")
    array = Sized(number(3))
    assert run(at, array, "cuda") is array
    assert run(at, number(3), "item") == number(3)
    loader = Loader(None)
    assert run(at, loader, "with_options") is loader
    assert isinstance(run(at, loader, "__next__"), Opaque)
    assert isinstance(run(at, File("a"), "read"), Opaque)


def test_a_function_of_a_module_is_called() -> None:
    at = machine()
    at.attributes["randn"] = External("torch.randn")
    run(at, External("torch"), "randn", number(3))
    assert at.calls == [(External("torch.randn"), Arguments([number(3)]))]


# -- objects --------------------------------------------------------------------------------------


def test_a_method_of_an_object_is_called() -> None:
    at = machine()
    function = at.function(1)
    stored = Instance(None, Store({"f": function}))
    run(at, stored, "f", number(1))
    at.methods["f"] = function
    run(at, Instance(None, Store()), "f", number(2))
    assert at.calls == [(function, Arguments([number(1)])), (function, Arguments([number(2)]))]


def test_a_library_knows_the_methods_of_its_objects() -> None:
    at = machine()
    at.library.call_method = lambda *_: Const("parsed")
    parser = Instance(None, Store(), kind=LibraryKind.PARSER)
    assert run(at, parser, "parse_args") == Const("parsed")
    assert run(at, Instance(None, Store()), "parse_args") != Const("parsed")


def test_a_method_of_super() -> None:
    at = machine()
    owner = Superclass(Opaque("self"), at.class_(2))
    at.attributes["fit"] = at.function(1)
    run(at, owner, "fit", number(1))
    assert at.calls == [(at.attributes["fit"], Arguments([number(1)]))]
    value = optimizer(at)
    assert run(at, owner, "__init__", value) == NONE
    assert value.record.escapes is None
    run(at, owner, "configure", value)
    assert value.record.escapes == "passed to super().configure(…)"


# -- unknowns -------------------------------------------------------------------------------------


def test_methods_of_unknowns() -> None:
    at = machine()
    config = Opaque("cfg")
    lr = run(at, config, "get", Const("lr"))
    assert isinstance(lr, Opaque)
    assert lr.path == 'cfg["lr"]'
    loss = run(at, Opaque("loss"), "item")
    assert isinstance(loss, Opaque)
    assert (loss.path, loss.measured) == ("loss", True)
    config.members[".build"] = at.function(1)
    run(at, config, "build")
    assert at.calls == [(config.members[".build"], Arguments())]


def test_an_unseen_method_may_step_its_arguments() -> None:
    at = machine()
    value = optimizer(at)
    run(at, Opaque("trainer"), "fit", value)
    assert value.record.escapes == "passed to trainer.fit(…)"


def test_the_last_name_may_say_what_a_method_does() -> None:
    at = machine()
    at.library.call_by_last_name = lambda machine, path, arguments, node: Const(path)
    assert run(at, Opaque("accelerator"), "prepare") == Const("accelerator.prepare")
    assert run(at, Instance(None, Store()), "prepare") == Const("object.prepare")
