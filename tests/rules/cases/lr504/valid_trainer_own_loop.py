# valid: How a class of its own trains is not known.
from torch.optim import AdamW
from transformers import Trainer, TrainingArguments, get_linear_schedule_with_warmup

class Own(Trainer):
    def _inner_training_loop(self, *args, **kwargs):
        return train_by_hand(self)


def tune(model):
    rows = list(range(80))
    settings = TrainingArguments(
        "out",
        per_device_train_batch_size=4,
        num_train_epochs=5,
    )
    optimizer = AdamW(model.parameters(), lr=1e-4)
    scheduler = get_linear_schedule_with_warmup(optimizer, 0, settings.num_train_epochs)
    trainer = Own(
        model, settings, train_dataset=rows, optimizers=(optimizer, scheduler)
    )
    trainer.train()
