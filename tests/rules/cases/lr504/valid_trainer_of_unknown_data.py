# valid: How long the data is, is not known.
from torch.optim import AdamW
from transformers import Trainer, TrainingArguments
from data import load

def tune(model):
    rows = load()
    settings = TrainingArguments(
        "out",
        per_device_train_batch_size=4,
        num_train_epochs=5,
        warmup_steps=500,
    )
    trainer = Trainer(model, settings, train_dataset=rows)
    trainer.train()
