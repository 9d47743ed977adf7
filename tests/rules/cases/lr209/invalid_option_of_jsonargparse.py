# invalid: The file to go on from is an option, which is None by default.
# at: scheduler = StepLR(optimizer, step_size=15)
import torch
from jsonargparse import CLI
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def main(resume: str | None = None, epochs: int = 45):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=15)
    start = 0
    if resume is not None:
        saved = torch.load(resume)
        optimizer.load_state_dict(saved["optimizer"])
        start = saved["epoch"] + 1
    for epoch in range(start, epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
        torch.save({"optimizer": optimizer.state_dict(), "epoch": epoch}, "last.pt")

CLI(main)
