# invalid: A Trainer that steps what create_optimizer_and_scheduler has built.
# at: self.lr_scheduler.step()
from transformers import Trainer, TrainingArguments

class Rollouts(Trainer):
    def __init__(self, settings, model, data):
        self.args, self.model, self.data = settings, model, data
        self.optimizer = self.lr_scheduler = None
        self.create_optimizer_and_scheduler(num_training_steps=900)

    def train(self):
        for step in range(900):
            self.lr_scheduler.step()
            self.model(self.data[step]).backward()
            self.optimizer.step()

Rollouts(TrainingArguments("out"), model, data).train()
# fixed:
# -         self.lr_scheduler.step()
#           self.model(self.data[step]).backward()
#           self.optimizer.step()
# +         self.lr_scheduler.step()
