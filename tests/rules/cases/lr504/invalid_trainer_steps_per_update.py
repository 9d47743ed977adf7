# invalid: A Trainer steps once per update, not per epoch.
# at: scheduler = get_linear_schedule_with_warmup(optimizer, 0, settings.num_train_epochs)
# says: 5 epochs
# says: 100 times
from torch.optim import AdamW
from transformers import Trainer, TrainingArguments, get_linear_schedule_with_warmup

def tune(model):
    rows = list(range(80))
    settings = TrainingArguments(
        "out",
        per_device_train_batch_size=4,
        num_train_epochs=5,
    )
    optimizer = AdamW(model.parameters(), lr=1e-4)
    scheduler = get_linear_schedule_with_warmup(optimizer, 0, settings.num_train_epochs)
    trainer = Trainer(
        model, settings, train_dataset=rows, optimizers=(optimizer, scheduler)
    )
    trainer.train()
# fixed:
# - scheduler = get_linear_schedule_with_warmup(optimizer, 0, settings.num_train_epochs)
# + scheduler = get_linear_schedule_with_warmup(optimizer, 0, settings.num_train_epochs * (79 // settings.per_device_train_batch_size) + settings.num_train_epochs)
