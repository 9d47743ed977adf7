# invalid: A Trainer that is given no optimizer builds one of its own.
# at: scheduler = get_linear_schedule_with_warmup(optimizer, 0, 60)
# says: never stepped
from torch.optim import AdamW
from transformers import Trainer, TrainingArguments, get_linear_schedule_with_warmup

def tune(model):
    rows = list(range(80))
    settings = TrainingArguments(
        "out",
        per_device_train_batch_size=4,
        num_train_epochs=3,
    )
    optimizer = AdamW(model.parameters(), lr=1e-4)
    scheduler = get_linear_schedule_with_warmup(optimizer, 0, 60)
    trainer = Trainer(
        model, settings, train_dataset=rows, optimizers=(None, scheduler)
    )
    trainer.train()
