"""Axis ``config``: settings in dictionaries, classes, the environment and modules."""

from __future__ import annotations

from .draft import Draft, option
from .settings import Config, Definitions, Settings, is_number, type_name
from .text import Lines, block, call, indent, literal, prefixed

GROUPS = {"epochs": "train", "max_steps": "train", "batch_size": "data", "lr": "optim"}


def _name(draft: Draft) -> str:
    return draft.pick(["args", "cfg", "config", "hparams"])


@option("config", 2)
def dictionary(draft: Draft) -> Config:
    name = draft.pick(["CONFIG", "config", "cfg", "hparams"])

    def define(settings: Settings) -> Definitions:
        items = [f'    "{key}": {literal(value)},' for key, value in settings.items()]
        lines = [f"{name} = {{", *items, "}"]
        return Definitions(module=lines) if name == "CONFIG" else Definitions(main=lines)

    return Config(lambda key, value: f'{name}["{key}"]', define, name, is_global=name == "CONFIG")


@option("config", 0.7)
def dictionary_get(draft: Draft) -> Config:
    """``cfg.get(key, default)``: some keys are there, the others fall back."""
    absent = draft.pick([0, 1])

    def define(settings: Settings) -> Definitions:
        given = [kv for number, kv in enumerate(settings.items()) if number % 2 != absent]
        return Definitions(
            main=prefixed("cfg = ", call("dict", (f"{k}={literal(v)}" for k, v in given)))
        )

    return Config(lambda key, value: f'cfg.get("{key}", {literal(value)})', define, "cfg")


@option("config", 1)
def dictionary_nested(draft: Draft) -> Config:
    back: dict[str, str] = {}

    def access(key: str, value: object) -> str:
        back.update({v: k for k, v in draft.config.spelling.items()})
        return f'cfg["{GROUPS.get(back.get(key, key), "scheduler")}"]["{key}"]'

    def define(settings: Settings) -> Definitions:
        groups: dict[str, dict[str, object]] = {}
        for key, value in settings.items():
            group = GROUPS.get(back.get(key, key), "scheduler")
            groups.setdefault(group, {})[key] = value
        items = [f'"{group}": {literal(values)},' for group, values in groups.items()]
        return Definitions(main=["cfg = {", *indent(items), "}"])

    return Config(access, define, "cfg")


@option("config", 2)
def data_class(draft: Draft) -> Config:
    """A dataclass with defaults; some of them are overridden where it is instantiated."""
    name = _name(draft)
    frozen = draft.pick(["@dataclass", "@dataclass", "@dataclass(frozen=True)"])
    overrides = draft.chance(0.4)

    def define(settings: Settings) -> Definitions:
        fields, given = [], []
        for number, (key, value) in enumerate(settings.items()):
            default = literal(value)
            if isinstance(value, list):
                default = f"field(default_factory=lambda: {literal(value)})"
            elif overrides and number % 2 == 0 and type_name(value) in ("int", "float"):
                given.append(f"{key}={literal(value)}")
                default = "100" if isinstance(value, int) else "1.0"
            annotation = "list[int]" if isinstance(value, list) else type_name(value)
            fields.append(f"{key}: {annotation} = {default}")
        module = [frozen, *block("class TrainConfig:", fields)]
        return Definitions(module, prefixed(f"{name} = ", call("TrainConfig", given)))

    return Config(lambda key, value: f"{name}.{key}", define, name)


@option("config", 1.5)
def simple_namespace(draft: Draft) -> Config:
    name = _name(draft)

    def define(settings: Settings) -> Definitions:
        given = [f"{key}={literal(value)}" for key, value in settings.items()]
        lines = call("SimpleNamespace", given, fold=len(given) > 3)
        return Definitions(main=prefixed(f"{name} = ", lines))

    return Config(lambda key, value: f"{name}.{key}", define, name)


@option("config", 1.5)
def class_attributes(draft: Draft) -> Config:
    def define(settings: Settings) -> Definitions:
        fields = [f"{key} = {literal(value)}" for key, value in settings.items()]
        return Definitions(module=block("class Config:", fields))

    return Config(lambda key, value: f"Config.{key}", define, "Config", is_global=True)


@option("config", 1)
def class_instance(draft: Draft) -> Config:
    """``self.epochs = 5`` in a configuration class's ``__init__``."""

    def define(settings: Settings) -> Definitions:
        fields = [f"self.{key} = {literal(value)}" for key, value in settings.items()]
        module = block("class Config:", block("def __init__(self):", fields))
        return Definitions(module, ["cfg = Config()"])

    return Config(lambda key, value: f"cfg.{key}", define, "cfg")


@option("config", 0.8)
def environment(draft: Draft) -> Config:
    """``int(os.environ.get("EPOCHS", "5"))``: unset, so the default holds."""

    def line(key: str, value: object) -> str:
        name = f"TRAIN_{key.upper()}"
        if is_number(value):
            return f'{key} = {type_name(value)}(os.environ.get("{name}", "{literal(value)}"))'
        if isinstance(value, str) and value:
            return f'{key} = os.getenv("{name}", {literal(value)})'
        return f"{key} = {literal(value)}"

    def define(settings: Settings) -> Definitions:
        return Definitions(main=[line(k, v) for k, v in settings.items()])

    return Config(lambda name, value: name, define)


@option("config", 0.8)
def data_class_nested(draft: Draft) -> Config:
    """``cfg.train.epochs``: a dataclass made of dataclasses."""

    def group(key: str) -> str:
        wide = ("epochs", "max_steps", "batch_size")
        return "train" if key in [draft.config.spelling[k] for k in wide] else "optim"

    def fields(settings: Settings, wanted: str) -> Lines:
        lines = []
        for key, value in settings.items():
            if group(key) != wanted:
                continue
            if isinstance(value, list):
                lines.append(f"{key}: list = field(default_factory=lambda: {literal(value)})")
            else:
                lines.append(f"{key}: {type_name(value)} = {literal(value)}")
        return lines

    def define(settings: Settings) -> Definitions:
        parts: Lines = []
        for name, wanted in (("TrainConfig", "train"), ("OptimConfig", "optim")):
            parts += ["@dataclass", *block(f"class {name}:", fields(settings, wanted)), "", ""]
        whole = [
            "train: TrainConfig = field(default_factory=TrainConfig)",
            "optim: OptimConfig = field(default_factory=OptimConfig)",
        ]
        parts += ["@dataclass", *block("class Config:", whole)]
        return Definitions(parts, ["cfg = Config()"])

    return Config(lambda key, value: f"cfg.{group(key)}.{key}", define, "cfg")


@option("config", 0.8)
def named_tuple(draft: Draft) -> Config:
    def define(settings: Settings) -> Definitions:
        fields = [f"{k}: {type_name(v)} = {literal(v)}" for k, v in settings.items()]
        module = block("class HParams(NamedTuple):", fields)
        return Definitions(module, ["hparams = HParams()"])

    return Config(lambda key, value: f"hparams.{key}", define, "hparams")


@option("config", 0.8)
def namespace_of_dictionary(draft: Draft) -> Config:
    """``SimpleNamespace(**DEFAULTS)``, or ``argparse.Namespace``."""
    form = draft.pick(["SimpleNamespace", "argparse.Namespace"])

    def define(settings: Settings) -> Definitions:
        items = [f'"{key}": {literal(value)},' for key, value in settings.items()]
        module = ["DEFAULTS = {", *indent(items), "}"]
        return Definitions(module, [f"args = {form}(**DEFAULTS)"])

    return Config(lambda key, value: f"args.{key}", define, "args")


@option("config", 0.8)
def merged_dictionaries(draft: Draft) -> Config:
    """Defaults, and what this run overrides."""
    merge = draft.pick(["{{**{}, **{}}}", "{} | {}", "dict({}, **{})"])

    def define(settings: Settings) -> Definitions:
        defaults, run = [], []
        for number, (key, value) in enumerate(settings.items()):
            changed = is_number(value) and number % 2 == 0
            shown = (100 if isinstance(value, int) else 1.0) if changed else value
            defaults.append(f'"{key}": {literal(shown)},')
            if changed:
                run.append(f'"{key}": {literal(value)}')
        module = ["DEFAULTS = {", *indent(defaults), "}"]
        overrides = "{" + ", ".join(run) + "}"
        text = merge.format("DEFAULTS", "overrides")
        return Definitions(module, [f"overrides = {overrides}", f"cfg = {text}"])

    return Config(lambda key, value: f'cfg["{key}"]', define, "cfg")


@option("config", 0.8)
def updated_dictionary(draft: Draft) -> Config:
    """A dict that is filled key by key."""

    def define(settings: Settings) -> Definitions:
        lines = ["hp = {}"]
        lines += [f'hp["{key}"] = {literal(value)}' for key, value in settings.items()]
        return Definitions(main=lines)

    return Config(lambda key, value: f'hp["{key}"]', define, "hp")


@option("config", 0.7)
def project_configuration(draft: Draft) -> Config:
    """Constants in the project's ``settings.py``."""

    def define(settings: Settings) -> Definitions:
        lines = [f"{key.upper()} = {literal(value)}" for key, value in settings.items()]
        draft.files["settings.py"] = "\n".join([*lines, ""])
        draft.project_imports.append("import settings")
        return Definitions()

    return Config(lambda key, value: f"settings.{key.upper()}", define, "settings", is_global=True)


@option("config", 0.7)
def class_property(draft: Draft) -> Config:
    """Properties of a configuration class."""

    def define(settings: Settings) -> Definitions:
        body: Lines = []
        for key, value in settings.items():
            body += ["@property", *block(f"def {key}(self):", [f"return {literal(value)}"]), ""]
        return Definitions(block("class Settings:", body[:-1]), ["cfg = Settings()"])

    return Config(lambda key, value: f"cfg.{key}", define, "cfg")
