# invalid: the rows of the data are in the script
# at: settings = SFTConfig("out", num_train_epochs=2, per_device_train_batch_size=6, warmup_steps=60)
# says: 60
from datasets import Dataset
from trl import SFTConfig, SFTTrainer

rows = Dataset.from_dict({"text": ["a row"] * 120})
settings = SFTConfig("out", num_train_epochs=2, per_device_train_batch_size=6, warmup_steps=60)
SFTTrainer("a/model", settings, train_dataset=rows).train()
