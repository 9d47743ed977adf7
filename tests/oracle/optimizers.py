"""Axes ``model`` and ``optimizer``: what is trained, by which optimizer, in how many groups.

A model option returns the lines that bind ``model``; an optimizer option those that bind
``optimizer``. ``draft.groups`` says how many param groups it has.
"""

from __future__ import annotations

from .draft import Draft, option
from .text import Lines, block, call, literal, prefixed


@option("model", 3)
def linear(draft: Draft) -> Lines:
    draft.parts = ("model.weight", "model.bias")
    return ["model = nn.Linear(2, 1)"]


@option("model", 1)
def stack(draft: Draft) -> Lines:
    draft.parts = ("model[0].parameters()", "model[1].parameters()")
    return ["model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))"]


@option("model", 2)
def module_class(draft: Draft) -> Lines:
    draft.parts = ("model.backbone.parameters()", "model.head.parameters()")
    layers = [
        "super().__init__()",
        "self.backbone = nn.Linear(2, 2)",
        "self.head = nn.Linear(2, 1)",
    ]
    body = [
        *block("def __init__(self):", layers),
        "",
        *block("def forward(self, x):", ["return self.head(torch.relu(self.backbone(x)))"]),
    ]
    draft.helpers.append(block("class Net(nn.Module):", body))
    return ["model = Net()"]


def learning_rate(draft: Draft) -> str:
    """Return the base LR, as the script writes it."""
    draft.base_lr = draft.pick([0.1, 0.1, 0.05, 0.01, 1e-3, 1e-3, 3e-4, 0.5, 1.0, 2e-5])
    draft.lr_text = draft.number("lr", draft.base_lr, configured=0.7)
    return draft.lr_text


def _class(draft: Draft) -> tuple[str, Lines]:
    """Return an optimizer class and its arguments but for the parameters and the LR."""
    name, extra, momentum = draft.pick(
        [
            ("SGD", ["momentum=0.9"], True),
            ("SGD", ["momentum=0.9", "weight_decay=5e-4"], True),
            ("SGD", ["momentum=0.9", "nesterov=True"], True),
            ("SGD", [], False),
            ("Adam", [], True),
            ("Adam", ["betas=(0.9, 0.999)"], True),
            ("AdamW", ["weight_decay=0.01"], True),
            ("AdamW", [], True),
            ("RMSprop", [], False),
        ]
    )
    draft.has_momentum = momentum
    draft.optimizer_class = name
    prefix = draft.pick(["torch.optim.", "torch.optim.", "optim.", ""])
    return prefix + name, extra


def _build(draft: Draft, parameters: str, lr: Lines) -> Lines:
    function, extra = _class(draft)
    fold = "\n" in parameters or draft.chance(0.15)
    return prefixed("optimizer = ", call(function, [parameters, *lr, *extra], fold=fold))


@option("optimizer", 6)
def one_group(draft: Draft) -> Lines:
    return _build(draft, "model.parameters()", [f"lr={learning_rate(draft)}"])


@option("optimizer", 0.7)
def default_lr(draft: Draft) -> Lines:
    """``Adam(model.parameters())``: the LR is torch's default."""
    draft.base_lr, draft.lr_text = 1e-3, "1e-3"
    name = draft.pick(["Adam", "AdamW", "SGD"])
    draft.optimizer_class, draft.has_momentum = name, name != "SGD"
    return [f"optimizer = torch.optim.{name}(model.parameters())"]


@option("optimizer", 1)
def trainable_only(draft: Draft) -> Lines:
    parameters = draft.pick(
        [
            "filter(lambda p: p.requires_grad, model.parameters())",
            "[p for p in model.parameters() if p.requires_grad]",
        ]
    )
    return ["params = " + parameters, *_build(draft, "params", [f"lr={learning_rate(draft)}"])]


def _one(part: str) -> str:
    return part if part.endswith(")") else f"[{part}]"


def _group(part: str, lr: str = "") -> str:
    """Return a param group's dict."""
    own = f', "lr": {lr}' if lr else ""
    return f'{{"params": {_one(part)}{own}}}'


@option("optimizer", 2)
def two_groups(draft: Draft) -> Lines:
    """A group that takes the optimizer's LR and one with its own."""
    draft.groups = 2
    lr = learning_rate(draft)
    own = draft.pick([f"{lr} * 0.1", literal(draft.base_lr / 10), f"{lr} / 10"])
    first, second = draft.parts
    groups = [_group(first, own), _group(second)]
    draft.rng.shuffle(groups)
    if draft.chance(0.5):
        parameters = f"[{', '.join(groups)}]"
        return _build(draft, parameters, [f"lr={lr}"])
    return [
        *prefixed("param_groups = ", ["[", *(f"    {group}," for group in groups), "]"]),
        *_build(draft, "param_groups", [f"lr={lr}"]),
    ]


@option("optimizer", 1)
def decay_groups(draft: Draft) -> Lines:
    """The usual split into decayed and undecayed parameters, both at the same LR."""
    draft.groups = 2
    lines = [
        'no_decay = [p for n, p in model.named_parameters() if n.endswith("bias")]',
        'decay = [p for n, p in model.named_parameters() if not n.endswith("bias")]',
        "groups = [",
        '    {"params": decay, "weight_decay": 0.01},',
        '    {"params": no_decay, "weight_decay": 0.0},',
        "]",
    ]
    return [*lines, *_build(draft, "groups", [f"lr={learning_rate(draft)}"])]


@option("optimizer", 0.7)
def added_group(draft: Draft) -> Lines:
    """``add_param_group`` before the scheduler is built."""
    draft.groups = 2
    lr = learning_rate(draft)
    first, second = draft.parts
    return [
        *_build(draft, _one(first), [f"lr={lr}"]),
        f"optimizer.add_param_group({_group(second, f'{lr} * 0.5')})",
    ]


@option("optimizer", 1, when=lambda d: not d.marked("config", "literals"))
def chosen_by_name(draft: Draft) -> Lines:
    draft.optimizer_class = name = draft.pick(["sgd", "adamw"])
    draft.has_momentum = True
    lr = learning_rate(draft)
    choice = draft.setting("optimizer" if draft.config.variable else "optim_name", name)
    shown = choice.replace('"', "'")
    return [
        f'if {choice} == "sgd":',
        f"    optimizer = torch.optim.SGD(model.parameters(), lr={lr}, momentum=0.9)",
        f'elif {choice} == "adamw":',
        f"    optimizer = torch.optim.AdamW(model.parameters(), lr={lr})",
        "else:",
        f'    raise ValueError(f"unknown optimizer: {{{shown}}}")',
    ]


@option("optimizer", 0.8)
def comprehended_groups(draft: Draft) -> Lines:
    """The groups are written by a comprehension, or by a loop."""
    draft.groups = 2
    lr = learning_rate(draft)
    first, second = draft.parts
    pairs = f"(({_one(first)}, 0.1), ({_one(second)}, 1.0))"
    made = f'{{"params": part, "lr": {lr} * factor}}'
    if draft.chance(0.5):
        lines = [f"groups = [{made} for part, factor in {pairs}]"]
    else:
        body = [f"group = {made}", draft.pick(['group.setdefault("weight_decay", 0.0)', "pass"])]
        loop = block(f"for part, factor in {pairs}:", [*body, "groups.append(group)"])
        lines = ["groups = []", *loop]
    return [*lines, *_build(draft, "groups", draft.pick([[f"lr={lr}"], []]) or [f"lr={lr}"])]


@option("optimizer", 0.6)
def updated_groups(draft: Draft) -> Lines:
    """Dictionaries that get their LR afterwards."""
    draft.groups = 2
    lr = learning_rate(draft)
    first, second = draft.parts
    lines = [f'head_group = {{"params": {_one(second)}}}']
    change = draft.pick(
        [
            f"head_group.update(lr={lr} * 0.5)",
            f'head_group.update({{"lr": {lr} * 0.5}})',
            f'head_group["lr"] = {lr} * 0.5',
            f'head_group.setdefault("lr", {lr} * 0.5)',
        ]
    )
    groups = [f'{{"params": {_one(first)}}}', "head_group"]
    return [*lines, change, *_build(draft, f"[{', '.join(groups)}]", [f"lr={lr}"])]
