# invalid: The schedule has no minimum.
# at: lr_scheduler_type="cosine_with_min_lr",
# says: neither min_lr nor min_lr_rate
# says: ValueError
from torch.optim import AdamW
from transformers import Trainer, TrainingArguments

def tune(model):
    rows = list(range(80))
    settings = TrainingArguments(
        "out",
        per_device_train_batch_size=4,
        lr_scheduler_type="cosine_with_min_lr",
    )
    trainer = Trainer(model, settings, train_dataset=rows)
    trainer.train()
