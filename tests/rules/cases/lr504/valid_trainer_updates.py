# valid: All updates are counted.
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
    scheduler = get_linear_schedule_with_warmup(optimizer, 0, 5 * 20)
    trainer = Trainer(
        model, settings, train_dataset=rows, optimizers=(optimizer, scheduler)
    )
    trainer.train()
