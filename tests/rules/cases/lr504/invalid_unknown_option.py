# invalid: A linear schedule has no cycles.
# at: lr_scheduler_type="linear",
# says: num_cycles
# says: TypeError
from torch.optim import AdamW
from transformers import Trainer, TrainingArguments

def tune(model):
    rows = list(range(80))
    settings = TrainingArguments(
        "out",
        per_device_train_batch_size=4,
        lr_scheduler_type="linear",
        lr_scheduler_kwargs={"num_cycles": 3},
    )
    trainer = Trainer(model, settings, train_dataset=rows)
    trainer.train()
