# invalid: 500 updates of warm-up, of 60.
# at: warmup_steps=500,
# says: 500 steps
# says: = 60
from torch.optim import AdamW
from transformers import Trainer, TrainingArguments

def tune(model):
    rows = list(range(80))
    settings = TrainingArguments(
        "out",
        per_device_train_batch_size=4,
        warmup_steps=500,
    )
    trainer = Trainer(model, settings, train_dataset=rows)
    trainer.train()
