# invalid: the phases of the schedule take longer than the training, which ends in the decay
# row: 9
# says: num_warmup_steps + num_stable_steps + num_decay_steps is 2400
import torch
from torch.utils.data import DataLoader, TensorDataset
from transformers import get_wsd_schedule


def fit(model):
    loader = DataLoader(TensorDataset(torch.randn(800, 3)), batch_size=8)
    adam = torch.optim.AdamW(model.parameters(), lr=3e-4)
    schedule = get_wsd_schedule(adam, 200, 1200, num_stable_steps=1000)
    for epoch in range(20):
        for (x,) in loader:
            model(x).mean().backward()
            adam.step()
            schedule.step()
