# invalid: The decay after the warm-up has no end, but the warm-up has one that is not reached.
# at: warmup_steps=4000,
# says: warmup_steps=4000 steps
# says: 60
# says: rises to the end
from torch.utils.data import TensorDataset
from transformers import Trainer, TrainingArguments
import torch

options = TrainingArguments(
    "out",
    per_device_train_batch_size=10,
    num_train_epochs=3,
    lr_scheduler_type="inverse_sqrt",
    warmup_steps=4000,
)
trainer = Trainer(build(), options, train_dataset=TensorDataset(torch.zeros(200, 2)))
trainer.train()
