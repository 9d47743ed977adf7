"""Where something is stepped, seen from where it was built: loops, guards, and how often."""

from __future__ import annotations

import re
from collections.abc import Collection

import libcst as cst

from lrlint.analysis.derive.kinds import Loops
from lrlint.analysis.model import counting
from lrlint.analysis.model.conditions import (
    Any,
    Asks,
    Condition,
    Divisible,
    Flag,
    Nature,
    Not,
    Question,
    Relation,
    conjoin,
    flatten,
    is_loop_atom,
    natures,
    negate,
    text_of,
)
from lrlint.analysis.model.contradictions import contradict
from lrlint.analysis.model.trace import Located, OptimizerStep, Repeat, SchedulerStep, When
from lrlint.analysis.model.values import AnyValue, Choice, Const, ListValue, Opaque
from lrlint.analysis.places.origins import text_of_origin
from lrlint.analysis.places.place import SyntaxPlace
from lrlint.facts import Cadence, Guard, GuardKind, LoopKind, Place, StepArgument, StepSite
from lrlint.symbolic import Atom, Expr, NotRepresentable, TooComplex, Unit

Path = tuple[Repeat | When, ...]


def relative(path: Path, base: Path) -> Path:
    """What encloses ``path`` but not ``base``."""
    position = 0
    while position < min(len(path), len(base)) and path[position] is base[position]:
        position += 1
    return path[position:]


def conditions(path: Path) -> list[Condition]:
    """All conditions along a path, conjunctions taken apart."""
    return [part for node in path if isinstance(node, When) for part in flatten(node.condition)]


def site(located: Located, base: Path, loops: Loops, trace_path: Path = ()) -> StepSite | None:
    """A step as seen from a construction at ``base``; None where the two exclude each other."""
    assumed = conditions(base)
    inner = relative(located.path, base)
    guards: list[tuple[Condition, When]] = []
    for node in inner:
        if isinstance(node, When):
            for part in flatten(node.condition):
                if is_settled(part, assumed):
                    continue
                if any(contradict(part, known) for known in assumed):
                    return None
                guards.append((part, node))
    repeats = [node for node in inner if isinstance(node, Repeat)]
    count, single = _count(repeats, [part for part, _ in guards], loops)
    event = located.event
    argument, text, source, position = StepArgument.NOTHING, "", "", None
    if isinstance(event, SchedulerStep):
        argument, text = _argument(event)
        source = _computed(event)
        position = _position(event.argument, repeats)
    return StepSite(
        place=event.place,
        loops=tuple(loops.fact(repeat) for repeat in repeats),
        guards=tuple(_guard(part, node, repeats, loops) for part, node in guards),
        per=_cadence([r for r in repeats if r not in single], loops),
        count=count,
        order=located.order,
        argument=argument,
        argument_text=text,
        argument_source=source,
        position=position,
        scaled=isinstance(event, OptimizerStep) and event.scaled,
        via=event.via,
    )


def _computed(event: SchedulerStep) -> str:
    """How the script computes what a step is given, where that is a name."""
    call = event.place.node
    if event.argument is None or not isinstance(call, cst.Call) or not call.args:
        return ""
    return text_of_origin(SyntaxPlace(event.place.unit, call.args[0].value))


def _position(argument: AnyValue | None, repeats: list[Repeat]) -> Expr | None:
    """What an argument that counts a loop's iterations is in the first of them."""
    for repeat in reversed(repeats):
        line = argument.linear_in(repeat.loop.index) if isinstance(argument, Expr) else None
        if line is None or line[0].as_number() == 0:
            continue
        return line[1] if line[0].as_number() == 1 else None
    return None


def _cadence(repeats: list[Repeat], loops: Loops) -> Cadence:
    for repeat in reversed(repeats):
        match loops.kind(repeat):
            case LoopKind.BATCH:
                return Cadence.BATCH
            case LoopKind.EPOCH:
                return Cadence.EPOCH
            case LoopKind.EVALUATION:
                return Cadence.UNKNOWN
    return Cadence.ONCE


def _count(
    repeats: list[Repeat], guards: list[Condition], loops: Loops
) -> tuple[Expr | None, list[Repeat]]:
    """How often a site runs, and the loops of which each pass reaches it exactly once."""
    by_loop: dict[int, list[Condition]] = {}
    share: Expr | None = Expr.const(1)
    for part in guards:
        owners = [r for r in repeats if r.loop.index in set(part.atoms())]
        if len(owners) == 1 and not _foreign_indices(part, owners[0].loop.index):
            by_loop.setdefault(id(owners[0]), []).append(part)
        elif owners or any(is_loop_atom(atom) for atom in part.atoms()):
            share = None
        else:
            lean = part.lean
            if lean is None:
                share = None
            elif not lean:
                return Expr.const(0), []
    single: list[Repeat] = []
    total = share
    for repeat in repeats:
        trips = None if loops.is_cut(repeat) else repeat.loop.trips
        parts = by_loop.get(id(repeat), [])
        times = trips
        if trips is not None and parts:
            condition = conjoin(parts)
            assert condition is not None
            times = counting.occurrences(condition, repeat.loop.index, trips)
            if times is not None and times.as_number() == 1:
                single.append(repeat)
        if trips is None and any(_picks_one(part) for part in parts):
            single.append(repeat)
        elif (
            trips is not None
            and any(isinstance(part, Relation) and part.op == "==" for part in parts)
            and times is None
        ):
            single.append(repeat)
            times = Expr.const(1)
        if times is None or total is None:
            total = None
            continue
        try:
            total = total * times
        except (TooComplex, NotRepresentable):
            total = None
    return total, single


def _picks_one(part: Condition) -> bool:
    """Whether at most one iteration of a loop satisfies the condition: ``i == last``."""
    return isinstance(part, Relation) and part.op == "=="


def _foreign_indices(part: Condition, own: Atom) -> bool:
    return any(is_loop_atom(atom) and atom != own for atom in part.atoms())


def is_settled(part: Condition, assumed: Collection[Condition]) -> bool:
    """Whether a condition holds where others do: one alternative is enough for ``a or b``."""
    if part in assumed:
        return True
    return isinstance(part, Any) and any(contradict(negate(part), known) for known in assumed)


def guards_of(path: Path, loops: Loops, assumed: Collection[Condition] = ()) -> tuple[Guard, ...]:
    """The conditions along a path, as guards; ``assumed`` are known to hold."""
    repeats = [node for node in path if isinstance(node, Repeat)]
    return tuple(
        _guard(part, node, repeats, loops)
        for node in path
        if isinstance(node, When)
        for part in flatten(node.condition)
        if not is_settled(part, assumed)
    )


def _guard(part: Condition, node: When, repeats: list[Repeat], loops: Loops) -> Guard:
    kind, amount = _classify(part, repeats)
    owner = next((r for r in repeats if r.loop.index in set(part.atoms())), None)
    return Guard(
        kind=kind,
        text=text_of(part),
        place=node.place,
        amount=amount,
        loop=None if owner is None else loops.fact(owner),
        by_default=part.lean,
        reads=frozenset(part.atoms()),
    )


def _classify(part: Condition, repeats: list[Repeat]) -> tuple[GuardKind, Expr | None]:
    indices = {repeat.loop.index for repeat in repeats}
    counted = any(is_loop_atom(atom) or atom in indices for atom in part.atoms())
    match part:
        case Divisible(by=by) if counted:
            return GuardKind.EVERY_K, by
        case Any(parts=parts) if counted:
            regular = [inner for inner in parts if isinstance(inner, Divisible)]
            if regular:
                return GuardKind.EVERY_K, regular[0].by
            return GuardKind.OTHER, None
        case Relation(op=op, left=left, right=right) if counted:
            index = next((r.loop.index for r in repeats if r.loop.index in left.atoms()), None)
            after = op in (">=", ">")
            if index is None:
                index = next((r.loop.index for r in repeats if r.loop.index in right.atoms()), None)
                after = op in ("<=", "<")
            if index is None or op in ("==", "!="):
                return GuardKind.OTHER, None
            gap = (left - right).linear_in(index)
            if gap is None or gap[0].as_number() not in (1, -1):
                return GuardKind.OTHER, None
            threshold = -gap[1] if gap[0].as_number() == 1 else gap[1]
            if op in (">", "<="):
                threshold = threshold + 1
            return (GuardKind.AFTER if after else GuardKind.BEFORE), threshold
        case Not(of=Divisible()):
            return GuardKind.OTHER, None
        case Flag(key=Question(asks=Asks.INSTANCE)):
            return GuardKind.SCHEDULER, None
        case Flag(key=Question(asks=Asks.EXCEPTION)):
            return GuardKind.EXCEPTION, None
    found = natures(part)
    if Nature.METRIC in found:
        return GuardKind.METRIC, None
    if Nature.RANK in found:
        return GuardKind.RANK, None
    return (GuardKind.OTHER if counted else GuardKind.FLAG), None


def built_under(path: Path, loops: Loops) -> tuple[Guard, ...]:
    """The conditions under which something is built, as guards."""
    return tuple(
        _guard(part, node, [], loops)
        for node in path
        if isinstance(node, When)
        for part in flatten(node.condition)
    )


_EPOCH_WORDS = ("epoch", "step", "iter", "global", "i_")
_METRIC_WORDS = re.compile(
    r"loss|accuracy|(^|[^a-z])(acc|metrics?|scores?|val|valid|err|error|m?ap|m?iou|auc|f1|psnr|bleu)"
    r"\d*($|[^a-z])"
)


def _argument(event: SchedulerStep) -> tuple[StepArgument, str]:
    """What ``scheduler.step(…)`` is given, from the value and, last, from how it is written."""
    text = event.argument_text
    if event.argument is None:
        return StepArgument.NOTHING, text
    keyword = text.split("=", 1)[0] if "=" in text else ""
    if keyword == "metrics":
        return StepArgument.METRIC, text
    if keyword == "epoch":
        return StepArgument.EPOCH, text
    return _argument_of(event.argument, text), text


def _argument_of(value: AnyValue, text: str) -> StepArgument:
    match value:
        case Const(value=None):
            return StepArgument.NOTHING
        case Expr():
            if value.unit in (Unit.EPOCH, Unit.STEP, Unit.BATCH) or any(
                is_loop_atom(atom) for atom in value.atoms()
            ):
                return StepArgument.EPOCH
            return StepArgument.UNKNOWN
        case Opaque(measured=True):
            return StepArgument.METRIC
        case Opaque(path=path):
            words = (path or text).lower()
            if _METRIC_WORDS.search(words):
                return StepArgument.METRIC
            if any(word in words for word in _EPOCH_WORDS):
                return StepArgument.EPOCH
        case ListValue():
            return StepArgument.METRIC
        case Choice(alternatives=alternatives):
            kinds = {_argument_of(item, text) for _, item in alternatives}
            return kinds.pop() if len(kinds) == 1 else StepArgument.UNKNOWN
    return StepArgument.UNKNOWN


def place_of(located: Located) -> Place:
    """Where an event is."""
    return located.event.place
