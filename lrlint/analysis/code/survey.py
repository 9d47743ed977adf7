"""What one walk over a module finds in it, before anything is interpreted.

Whether a function yields, what a class calls and what a module changes in place are asked again and
again; the walk happens once.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

import libcst as cst

from lrlint.analysis.code.queries import SCOPES, yields
from lrlint.formulas import LAWS
from lrlint.source.errors import SourceError
from lrlint.source.lexical import end_of_logical_line
from lrlint.source.nodes import blocks_in, children, indices_of, string_of, walk
from lrlint.source.relevance import FITTED
from lrlint.source.relevance.outline import called_words, only_fields, without_strings, words
from lrlint.source.skeleton import Skeleton


@dataclass(frozen=True, slots=True)
class Part:
    """What a module, a class or a function says, with all that is defined in it."""

    called: frozenset[str]
    """The last names of all that is called: ``step`` of ``self.optimizer.step()``."""
    relevant: bool
    """Whether it builds or steps something."""
    names_optimizer: bool = False
    """Whether a name in it speaks of an optimizer."""
    imports_beside: bool = False
    """Whether a function in it imports a module that lies beside: ``from .gan import GAN``."""


@dataclass(slots=True)
class Mutations:
    """What a module changes in place anywhere: ``self.step += 1``, ``state["n"] += 1``."""

    attributes: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)


class Survey:
    """The parts of one module, and what it changes in place."""

    def __init__(self, skeleton: Skeleton) -> None:
        self._skeleton = skeleton
        # By identity: the module keeps its nodes alive.
        self._parts: dict[int, Part] = {}
        self._generators: dict[int, bool] = {}

    @property
    def module(self) -> Part:
        """What the module says."""
        return self.part(self._skeleton.tree)

    @cached_property
    def mutations(self) -> Mutations:
        """What the module changes in place; expressions, which change nothing, are not visited."""
        found = Mutations()
        stack: list[cst.CSTNode] = [self._skeleton.tree]
        while stack:
            node = stack.pop()
            if type(node) in _CHANGES:
                _note_change(node, found)
            elif isinstance(node, cst.FunctionDef):
                text = self._skeleton.text_of(node)
                if text is None or _may_change(text):
                    with suppress(SourceError):
                        stack.append(self._skeleton.body_of(node))
            else:
                stack += blocks_in(node)
        return found

    @cached_property
    def shared_names(self) -> frozenset[str]:
        """Names that seem to be declared ``global`` or ``nonlocal`` somewhere."""
        declared = _SHARED.findall(self._skeleton.text)
        return frozenset(word for names in declared for word in words(names))

    def part(self, node: cst.CSTNode) -> Part:
        """Return what a module, or a function, lambda or class of it, calls and says."""
        found = self._parts.get(id(node))
        return self._survey(node) if found is None else found

    def is_generator(self, function: cst.FunctionDef) -> bool:
        """Whether calling a function, whose body is parsed, makes a generator."""
        found = self._generators.get(id(function))
        if found is None:
            text = self._skeleton.text_of(function)
            may_yield = text is None or "yield" in text
            found = may_yield and yields(self._skeleton.body_of(function))
            self._generators[id(function)] = found
        return found

    def _survey(self, root: cst.CSTNode) -> Part:
        """Walk one scope, the scopes in it each by itself."""
        called: set[str] = set()
        imports = False
        names = {root.name.value} if isinstance(root, cst.FunctionDef) else set[str]()
        inner: list[Part] = []
        stack = _said_by(root)
        text = self._skeleton.text_of(root)
        if text is not None:  # its words say as much as its tree, which need not be there
            code = only_fields(text)
            called |= called_words(code)
            imports = _IMPORTS_BESIDE.search(code) is not None
            names |= words(_VARIABLE_STEP.sub(" ", code))
            stack.remove(root.body)  # type: ignore[attr-defined]
        while stack:
            node = stack.pop()
            kind = type(node)
            if kind is cst.Name:  # a variable `step` steps nothing
                if node.value != "step":  # type: ignore[attr-defined]
                    names.add(node.value)  # type: ignore[attr-defined]
                continue
            if kind is cst.Attribute:
                names.add(node.attr.value)  # type: ignore[attr-defined]
            if kind in SCOPES:
                inner.append(self._survey(node))
                continue
            if kind is cst.Call:
                name = _last_name(node.func)  # type: ignore[attr-defined]
                if name is not None:
                    called.add(name)
            if kind is cst.ImportFrom and root is not self._skeleton.tree:
                imports |= bool(node.relative)  # type: ignore[attr-defined]
            stack += _said_by(node)
        part = Part(
            called=frozenset(called).union(*(one.called for one in inner)),
            relevant=any(map(_is_telling, names))
            or ("fit" in called and not names.isdisjoint(FITTED))
            or any(one.relevant for one in inner),
            names_optimizer=any("optim" in name.lower() for name in names)
            or any(one.names_optimizer for one in inner),
            imports_beside=imports or any(one.imports_beside for one in inner),
        )
        self._parts[id(root)] = part
        return part


_IMPORTS_BESIDE = re.compile(r"(?m)^\s*from \.")
_VARIABLE_STEP = re.compile(r"step(?<!\wstep)(?<!\.step)(?<!def step)\b")
"""``step``, where it is only what a variable is called."""


def _said_by(node: cst.CSTNode) -> list[cst.CSTNode]:
    """Return the parts of a node, without its annotations: a type builds and steps nothing."""
    parts = children(node)
    annotation = _ANNOTATION.get(type(node))
    if annotation is not None and (found := getattr(node, annotation)) is not None:
        parts.remove(found)
    return parts


_ANNOTATION = {cst.Param: "annotation", cst.AnnAssign: "annotation", cst.FunctionDef: "returns"}


def _last_name(callee: cst.BaseExpression) -> str | None:
    if isinstance(callee, cst.Attribute):
        callee = callee.attr
    return callee.value if isinstance(callee, cst.Name) else None


def _is_telling(name: str) -> bool:
    if name in _BUILD_OR_STEP or name in LAWS or "sched" in name.lower():
        return True
    return name.endswith(_PLANS)


_BUILD_OR_STEP = ("step", "instantiate")
"""``hydra.utils.instantiate`` builds what settings name."""
_PLANS = (
    *("TrainingArguments", "SFTConfig", "POConfig"),
    *("KTOConfig", "RLOOConfig", "RewardConfig"),
)
"""Settings from which a Trainer of transformers builds a schedule."""


# -- what is changed in place ---------------------------------------------------------------------

_CHANGES = frozenset({cst.AugAssign, cst.Assign})
_OPERATOR = re.compile(r"\*\*|//|<<|>>|[-+*/%@&|^]")
_CHANGED = re.compile(rf"(?:\]|\.\s*\w+)[\s)]*(?:{_OPERATOR.pattern})=")
"""An attribute or item that is changed."""
_SET = re.compile(r"\.\s*\w+[\s)]*=(?!=)")
"""An attribute that gets a value."""
_SHARED = re.compile(r"\b(?:global|nonlocal)[ \t\\\r\n]+(\w+(?:[ \t]*,[ \t\\\r\n]*\w+)*)")


def _may_change(text: str) -> bool:
    """Whether some code may change anything in place, judged by its text."""
    code = without_strings(text)
    return _CHANGED.search(code) is not None or any(
        _OPERATOR.search(code, found.end(), end_of_logical_line(code, found.end()))
        for found in _SET.finditer(code)
    )


def _note_change(node: cst.CSTNode, found: Mutations) -> None:
    match node:
        case cst.AugAssign(target=cst.Attribute(attr=attribute)):
            found.attributes.add(attribute.value)
        case cst.AugAssign(target=cst.Subscript() as target):
            key = string_of(indices_of(target)[0])
            if isinstance(key, str):
                found.keys.add(key)
        case cst.Assign(
            targets=[cst.AssignTarget(target=cst.Attribute(attr=attribute))],
            value=cst.BinaryOperation() as value,
        ):
            if any(_is_attribute(inner, attribute.value) for inner in walk(value)):
                found.attributes.add(attribute.value)


def _is_attribute(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Attribute) and node.attr.value == name
