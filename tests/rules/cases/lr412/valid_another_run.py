# valid: The optimizer of another run: the schedule is a fresh one.
import torch
from torch.optim.lr_scheduler import LambdaLR

def finetune(model, train_loader, path):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    optimizer.load_state_dict(torch.load(path)["optimizer"])
    scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
    for epoch in range(90):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
