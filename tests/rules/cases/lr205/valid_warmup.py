# valid: A warm-up that is longer than the training is LR210's.
from torch.optim import SGD
from torch.optim.lr_scheduler import LinearLR

def train(model):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = LinearLR(optimizer, 0.1, total_iters=200)
    for epoch in range(100):
        train_epoch(model, optimizer)
        scheduler.step()
