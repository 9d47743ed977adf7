# invalid: An explicit 0 is a decision: advice only.
# at: scheduler = CosineAnnealingLR(optimizer, T_max=10, eta_min=0)
# says: eta_min is 0
# says: the last of 10 epochs runs at 2.4 % of the base LR of 0.1
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

def train(model):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = CosineAnnealingLR(optimizer, T_max=10, eta_min=0)
    for epoch in range(10):
        train_epoch(model, optimizer)
        scheduler.step()
