# invalid: A constant schedule has no warm-up.
# at: warmup_steps=20,
# says: is ignored
from torch.optim import AdamW
from transformers import SchedulerType, Trainer, TrainingArguments

def tune(model):
    rows = list(range(80))
    settings = TrainingArguments(
        "out",
        per_device_train_batch_size=4,
        lr_scheduler_type=SchedulerType.CONSTANT,
        warmup_steps=20,
    )
    trainer = Trainer(model, settings, train_dataset=rows)
    trainer.train()
