# invalid: the Trainer and the callback step the same scheduler
# at: self.decay.step()
# says: twice
import torch
from transformers import Trainer, TrainerCallback, TrainingArguments


class Decay(TrainerCallback):
    def __init__(self, decay):
        self.decay = decay

    def on_step_end(self, args, state, control, **kwargs):
        self.decay.step()


def main(model):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    decay = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.999)
    trainer = Trainer(model, TrainingArguments("out", max_steps=500), optimizers=(optimizer, decay))
    trainer.add_callback(Decay(decay))
    trainer.train()
