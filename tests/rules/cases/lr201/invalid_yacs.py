# invalid: Settings of yacs are defaults; a file may change both numbers.
# at: scheduler = CosineAnnealingLR(optimizer, cfg.SOLVER.PERIOD, eta_min=1e-4)
# says: T_max is cfg.SOLVER.PERIOD=30, but the scheduler steps cfg.SOLVER.EPOCHS=80 times (with the defaults)
import sys

from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR
from yacs.config import CfgNode

class Node(CfgNode):
    pass

cfg = Node()
cfg.SOLVER = Node({"LR": 0.1, "EPOCHS": 80})
cfg.SOLVER.PERIOD = 30

def train(model, train_loader):
    cfg.merge_from_file(sys.argv[1])
    cfg.freeze()
    optimizer = SGD(model.parameters(), lr=cfg.SOLVER.LR)
    scheduler = CosineAnnealingLR(optimizer, cfg.SOLVER.PERIOD, eta_min=1e-4)
    for epoch in range(cfg.SOLVER.EPOCHS):
        for batch in train_loader:
            model(batch).backward()
            optimizer.step()
        scheduler.step()
# fixed:
# - scheduler = CosineAnnealingLR(optimizer, cfg.SOLVER.PERIOD, eta_min=1e-4)
# + scheduler = CosineAnnealingLR(optimizer, cfg.SOLVER.EPOCHS, eta_min=1e-4)
