# valid: The end of a long cosine is flat.
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

def train(model):
    optimizer = SGD(model.parameters(), lr=0.1)
    ramp = LinearLR(optimizer, start_factor=0.01, total_iters=1)
    cosine = CosineAnnealingLR(optimizer, T_max=300, eta_min=1e-3)
    scheduler = SequentialLR(optimizer, [ramp, cosine], milestones=[1])
    for epoch in range(300):
        train_epoch(model, optimizer)
        scheduler.step()
