# invalid: A polynomial schedule ends below the LR, or raises.
# at: lr_scheduler_kwargs={"lr_end": 1e-3},
# says: lr_end is 0.001
# says: ValueError
from torch.optim import AdamW
from transformers import Trainer, TrainingArguments

def tune(model):
    rows = list(range(80))
    settings = TrainingArguments(
        "out",
        per_device_train_batch_size=4,
        learning_rate=1e-4,
        lr_scheduler_type="polynomial",
        lr_scheduler_kwargs={"lr_end": 1e-3},
    )
    trainer = Trainer(model, settings, train_dataset=rows)
    trainer.train()
