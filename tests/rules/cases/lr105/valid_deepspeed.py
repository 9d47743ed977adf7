# valid: the engine of DeepSpeed steps it, or the script does
import deepspeed
import torch


def fit(network, train_loader):
    adam = torch.optim.AdamW(network.parameters(), lr=2e-4)
    schedule = torch.optim.lr_scheduler.ExponentialLR(adam, gamma=0.999)
    engine, *_ = deepspeed.initialize(model=network, optimizer=adam, lr_scheduler=schedule)
    for epoch in range(4):
        for image, label in train_loader:
            engine.backward(engine(image, label))
            engine.step()


def fit_by_hand(network, train_loader):
    adam = torch.optim.AdamW(network.parameters(), lr=2e-4)
    schedule = torch.optim.lr_scheduler.ExponentialLR(adam, gamma=0.9)
    engine, *_ = deepspeed.initialize(model=network, optimizer=adam)
    for epoch in range(4):
        for image, label in train_loader:
            engine.backward(engine(image, label))
            engine.step()
        schedule.step()
