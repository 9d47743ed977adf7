# valid: A warm-up for half of the training.
from torch.optim import SGD
from torch.optim.lr_scheduler import LinearLR

def train(model):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = LinearLR(optimizer, start_factor=0.1, total_iters=5)
    for epoch in range(10):
        train_epoch(model, optimizer)
        scheduler.step()
