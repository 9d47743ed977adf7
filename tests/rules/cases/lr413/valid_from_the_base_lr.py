# valid: LambdaLR computes each LR from the base LR.
import torch
from torch.optim.lr_scheduler import LambdaLR, StepLR

def train(model, train_loader, epochs, start_epoch, path):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
    optimizer.load_state_dict(torch.load(path)["optimizer"])
    for _ in range(start_epoch):
        scheduler.step()
    for epoch in range(start_epoch, epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
