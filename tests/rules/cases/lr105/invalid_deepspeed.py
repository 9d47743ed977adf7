# invalid: the engine of DeepSpeed steps the scheduler that it is given
# at: schedule.step()
# says: twice per batch
import deepspeed
import torch


def fit(network, train_loader):
    adam = torch.optim.AdamW(network.parameters(), lr=2e-4)
    schedule = torch.optim.lr_scheduler.ExponentialLR(adam, gamma=0.999)
    engine, adam, _, schedule = deepspeed.initialize(
        model=network, optimizer=adam, lr_scheduler=schedule, config={"train_batch_size": 32}
    )
    for epoch in range(4):
        for image, label in train_loader:
            engine.backward(engine(image, label))
            engine.step()
            schedule.step()
