# invalid: the engine of DeepSpeed steps per batch, and the length counts epochs
# at: engine.step()
# says: epochs
import deepspeed
import torch


def fit(network, train_loader, epochs):
    adam = torch.optim.AdamW(network.parameters(), lr=2e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(adam, epochs, eta_min=1e-6)
    engine, *_ = deepspeed.initialize(model=network, optimizer=adam, lr_scheduler=schedule)
    for epoch in range(epochs):
        for image, label in train_loader:
            engine.backward(engine(image, label))
            engine.step()
