# invalid: A plateau is looked for in evaluations.
# at: lr_scheduler_type="reduce_lr_on_plateau",
# says: eval_strategy
from torch.optim import AdamW
from transformers import Trainer, TrainingArguments

def tune(model):
    rows = list(range(80))
    settings = TrainingArguments(
        "out",
        per_device_train_batch_size=4,
        lr_scheduler_type="reduce_lr_on_plateau",
    )
    trainer = Trainer(model, settings, train_dataset=rows)
    trainer.train()
