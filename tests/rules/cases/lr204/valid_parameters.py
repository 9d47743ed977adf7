# valid: The annealing is as long as what the warm-up leaves, whatever the numbers are.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

def train(model, epochs, warmup):
    optimizer = SGD(model.parameters(), lr=0.1)
    ramp = LinearLR(optimizer, start_factor=0.01, total_iters=warmup)
    cosine = CosineAnnealingLR(optimizer, T_max=epochs - warmup, eta_min=1e-3)
    scheduler = SequentialLR(optimizer, [ramp, cosine], milestones=[warmup])
    for epoch in range(epochs):
        train_epoch(model, optimizer)
        scheduler.step()
