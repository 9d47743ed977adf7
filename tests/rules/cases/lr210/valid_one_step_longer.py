# valid: One step more or less.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

def train(model, epochs=100):
    optimizer = SGD(model.parameters(), lr=0.1)
    warmup = LinearLR(optimizer, start_factor=0.01, total_iters=6)
    cosine = CosineAnnealingLR(optimizer, T_max=95, eta_min=1e-3)
    scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[5])
    for epoch in range(100):
        train_epoch(model, optimizer)
        scheduler.step()
