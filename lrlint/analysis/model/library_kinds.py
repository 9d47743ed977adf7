"""The classes of libraries that decide what the methods of an object do."""

from __future__ import annotations

from enum import Enum


class LibraryKind(Enum):
    """The library class of an object, where that decides what its methods do."""

    ACCELERATOR = "accelerate.Accelerator"
    ACCUMULATION = "accelerator.accumulate(…)"
    CFG_NODE = "yacs.config.CfgNode"
    COMMAND_LINE = "argparse.Namespace"
    COMMANDS = "typer.Typer"
    COMPOSER_TRAINER = "composer.Trainer"
    DATACLASS = "a class whose fields make its constructor"
    DATACLASS_PARSER = "transformers.HfArgumentParser"
    DATASET_DICT = "datasets.DatasetDict"
    DEEPSPEED_ENGINE = "deepspeed.DeepSpeedEngine"
    FABRIC = "Fabric"
    GENERATOR = "numpy.random.Generator"
    GRAD_SCALER = "GradScaler"
    LIGHTNING_DATA = "LightningDataModule"
    LIGHTNING_MODULE = "LightningModule"
    LIGHTNING_TRAINER = "lightning.Trainer"
    LR_SCHEDULER = "torch.optim.lr_scheduler.LRScheduler"
    IGNITE_CHECKPOINT = "a handler that writes a checkpoint"
    IGNITE_ENGINE = "ignite.engine.Engine"
    IGNITE_SCHEDULER = "ignite.handlers.ParamScheduler"
    MONAI_SCHEDULE = "monai.handlers.LrScheduleHandler"
    MONAI_TRAINER = "monai.engines.SupervisedTrainer"
    NAMESPACE = "settings that are read by attribute"
    PARSER = "argparse.ArgumentParser"
    PROCESS = "multiprocessing.Process"
    REGISTRY = "fvcore.common.registry.Registry"
    SENTENCE_MODEL = "sentence_transformers.SentenceTransformer"
    SPLITTER = "sklearn.model_selection.KFold"
    SKORCH_NET = "skorch.NeuralNet"
    SKORCH_SCHEDULER = "skorch.callbacks.LRScheduler"
    TIMM_SCHEDULER = "timm.scheduler.Scheduler"
    TRAINER = "transformers.Trainer"
    TRAINING_ARGUMENTS = "transformers.TrainingArguments"
    WANDB_RUN = "wandb.init()"
