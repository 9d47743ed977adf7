# valid: The script sets the LR back first.
import torch
from torch.optim.lr_scheduler import LambdaLR, StepLR

def train(model, train_loader, epochs, start_epoch, path):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=30)
    optimizer.load_state_dict(torch.load(path)["optimizer"]); optimizer.param_groups[0]["lr"] = 0.1
    for _ in range(start_epoch):
        scheduler.step()
    for epoch in range(start_epoch, epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
