# valid: the phases of the schedules take as long as the training, whatever total is given beside
import torch
from torch.utils.data import DataLoader, TensorDataset
from transformers import get_wsd_schedule


def fit(model, stable):
    loader = DataLoader(TensorDataset(torch.randn(800, 3)), batch_size=8)
    for given in (
        {"num_stable_steps": 1400},
        {"num_stable_steps": 1400, "num_training_steps": 50},
        {"num_training_steps": 2000},
        {"num_stable_steps": stable},
    ):
        train(model, loader, given)


def train(model, loader, given):
    adam = torch.optim.AdamW(model.parameters(), lr=3e-4)
    schedule = get_wsd_schedule(adam, 200, 400, **given)
    for epoch in range(20):
        for (x,) in loader:
            model(x).mean().backward()
            adam.step()
            schedule.step()


def train_whole(model):
    loader = DataLoader(TensorDataset(torch.randn(800, 3)), batch_size=8)
    adam = torch.optim.AdamW(model.parameters(), lr=3e-4)
    schedule = get_wsd_schedule(adam, 200, 400, num_stable_steps=1400, num_training_steps=50)
    for epoch in range(20):
        for (x,) in loader:
            adam.step()
            schedule.step()
