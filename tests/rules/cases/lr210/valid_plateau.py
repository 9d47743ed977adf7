# valid: A plateau between two others.
from torch.optim import SGD
from torch.optim.lr_scheduler import LinearLR, SequentialLR

def train(model, epochs=100):
    optimizer = SGD(model.parameters(), lr=0.1)
    warmup = LinearLR(optimizer, start_factor=0.01, total_iters=5)
    cosine = LinearLR(optimizer, 1.0, 1.0, total_iters=95)
    scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[5])
    for epoch in range(100):
        train_epoch(model, optimizer)
        scheduler.step()
