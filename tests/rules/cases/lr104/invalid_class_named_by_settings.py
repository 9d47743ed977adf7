# invalid: A scheduler of torch's, whichever the settings name.
# at: scheduler.step()
import argparse
import json

import torch


class Settings:
    def __init__(self, values):
        self.values = values

    @classmethod
    def from_line(cls, parser):
        with open(parser.parse_args().settings) as file:
            return cls(json.load(file))

    def make(self, part, module, *given):
        chosen = self.values[part]
        return getattr(module, chosen["kind"])(*given, **chosen["with"])


parser = argparse.ArgumentParser()
parser.add_argument("--settings", required=True)
settings = Settings.from_line(parser)
optimizer = settings.make("optimizer", torch.optim, net.parameters())
scheduler = settings.make("scheduler", torch.optim.lr_scheduler, optimizer)
for epoch in range(settings.values["epochs"]):
    scheduler.step()
    for batch in train_loader:
        net(batch).backward()
        optimizer.step()
# fixed:
# -     scheduler.step()
#       for batch in train_loader:
#           net(batch).backward()
#           optimizer.step()
# +     scheduler.step()
