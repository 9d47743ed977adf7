"""Move statements into functions and classes, with the names that they need as parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from .text import Lines, assigned, block, defined, rename, used

CALL = "CALL()"
"""Stands in a loop for the call of what was its body."""


def parameters(body: Lines, scope: Iterable[str]) -> Lines:
    """Return the names of ``scope`` that these lines need, in the scope's order."""
    names = used(body)
    return [name for name in dict.fromkeys(scope) if name in names]


def put_call(lines: Lines, call: Lines) -> Lines:
    """Replace the line CALL by the real call, at the same indentation."""
    result: Lines = []
    for line in lines:
        if line.strip() == CALL:
            result += [line.replace(CALL, text) for text in call]
        else:
            result.append(line)
    return result


def _bind(names: Lines, call: str) -> Lines:
    return [f"{', '.join(names)} = {call}" if names else call]


def extract(
    name: str,
    body: Lines,
    scope: Iterable[str],
    *,
    returns: Iterable[str] = (),
    renames: Mapping[str, str] | None = None,
    by_keyword: bool = False,
    document: str = "",
) -> tuple[Lines, Lines]:
    """Return the definition of a function with this body, and the statement that calls it.

    What the body binds that ``scope`` knows (a step counter) is returned and bound again.
    """
    renames = renames or {}
    scope = list(dict.fromkeys(scope))
    given = parameters(body, scope)
    formal = [renames.get(n, n.lower()) for n in given]
    bound = [n for n in assigned(body) if n in scope]
    results = list(dict.fromkeys([*returns, *bound]))
    names = dict(zip(given, formal, strict=True))
    inner = rename(body, names)
    if results:
        inner = [*inner, "return " + ", ".join(names.get(n, n) for n in results)]
    if document:
        inner = [f'"""{document}"""', *inner]
    actual = given
    if by_keyword:
        actual = [f"{f}={n}" for f, n in zip(formal, given, strict=True)]
    definition = block(f"def {name}({', '.join(formal)}):", inner)
    return definition, _bind(results, f"{name}({', '.join(actual)})")


def nested(
    name: str,
    body: Lines,
    loop_names: Iterable[str],
    enclosing: Iterable[str],
    keyword: str,
    returns: Lines,
) -> tuple[Lines, Lines]:
    """Return a function that sees the variables around it: only the loop's own are parameters.

    ``keyword`` (``global`` or ``nonlocal``) declares those that it binds.
    """
    given = parameters(body, loop_names)
    around = set(enclosing)
    bound = [n for n in assigned(body) if n in around]
    declared = [f"{keyword} {', '.join(bound)}"] if bound else []
    ending = [f"return {', '.join(returns)}"] if returns else []
    definition = block(f"def {name}({', '.join(given)}):", [*declared, *body, *ending])
    return definition, _bind(returns, f"{name}({', '.join(given)})")


def trainer_class(
    name: str,
    construct: Lines,
    build: Lines,
    resume: Lines,
    train: Lines,
    epoch: Lines,
    scope: Iterable[str],
    loop_names: Lines,
    returns: Lines,
    base: str = "",
) -> tuple[Lines, Lines]:
    """Return a class that is given what it needs, builds the rest, and trains.

    ``construct`` becomes ``__init__``, ``build`` (where there is any) a method that it calls,
    ``resume`` the end of ``__init__``, ``train`` the method with the loops, ``epoch`` (where there
    is any) the one that they CALL with those of ``loop_names`` that it needs. ``base``: the loops
    are in a base class of this name; the class itself builds, and trains an epoch.
    """
    making, loops = [*construct, *build, *resume], [*train, *epoch]
    given = parameters([*making, *loops], scope)
    outside = used(loops) | used(build)
    kept = [n for n in [*given, *assigned(construct)] if n in outside]
    own = [n for n in assigned(build) if n in used([*loops, *resume])]
    own += [n for n in assigned(resume) if n in used(loops)]
    local = defined(making)
    attributes = {n: f"self.{n}" for n in [*kept, *own] if n not in local}

    init = [*(f"self.{n} = {n}" for n in kept if n in given), *rename(construct, attributes)]
    if build:
        init.append("self.configure()")
    init += rename(resume, attributes)
    common = block(f"def __init__({', '.join(['self', *given])}):", init)
    special: Lines = []
    if build:
        special += ["", *block("def configure(self):", rename(build, attributes))]
    fit = rename(train, attributes)
    if epoch:
        arguments = parameters(epoch, (n for n in loop_names if n not in attributes))
        returns = [n for n in returns if n not in attributes]
        ending = [f"return {', '.join(returns)}"] if returns else []
        body = [*rename(epoch, attributes), *ending]
        signature = ", ".join(["self", *arguments])
        special += ["", *block(f"def train_epoch({signature}):", body)]
        fit = put_call(fit, _bind(returns, f"self.train_epoch({', '.join(arguments)})"))
    common += ["", *block("def fit(self):", fit)]
    use = [f"trainer = {name}({', '.join(given)})", "trainer.fit()"]
    if base:
        derived = block(f"class {name}({base}):", special[1:])
        return [*block(f"class {base}:", common), "", "", *derived], use
    return block(f"class {name}:", [*common, *special]), use
