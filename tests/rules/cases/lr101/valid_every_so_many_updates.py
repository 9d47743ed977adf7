# valid: Every so many batches of its own, which are not the batches of an update.
from torch.optim import AdamW
from torch.optim.swa_utils import SWALR

def train(model, train_loader, cfg):
    optimizer = AdamW(model.parameters(), lr=1e-3)
    averaging = SWALR(optimizer, swa_lr=1e-4, anneal_epochs=cfg["anneal_epochs"])
    for epoch in range(cfg["epochs"]):
        for i, (x, y) in enumerate(train_loader):
            model(x, y).backward()
            if (i + 1) % cfg["accumulation"] == 0:
                optimizer.step()
                if (i + 1) % cfg["averaging_every"] == 0:
                    averaging.step()
