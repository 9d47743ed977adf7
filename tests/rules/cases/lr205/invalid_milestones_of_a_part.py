# invalid: The milestones of a part count from where its turn comes.
# at: steps = MultiStepLR(optimizer, milestones=[30, 57])
# says: milestone 57
# says: 55 epochs
from torch.optim import SGD
from torch.optim.lr_scheduler import LinearLR, MultiStepLR, SequentialLR

def train(model):
    optimizer = SGD(model.parameters(), lr=0.1)
    warmup = LinearLR(optimizer, start_factor=0.1, total_iters=5)
    steps = MultiStepLR(optimizer, milestones=[30, 57])
    scheduler = SequentialLR(optimizer, [warmup, steps], milestones=[5])
    for epoch in range(60):
        train_epoch(model, optimizer)
        scheduler.step()
