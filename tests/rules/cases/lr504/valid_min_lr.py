# valid: It has a minimum.
from torch.optim import AdamW
from transformers import Trainer, TrainingArguments

def tune(model):
    rows = list(range(80))
    settings = TrainingArguments(
        "out",
        per_device_train_batch_size=4,
        lr_scheduler_type="cosine_with_min_lr",
        lr_scheduler_kwargs={"min_lr": 1e-6},
    )
    trainer = Trainer(model, settings, train_dataset=rows)
    trainer.train()
