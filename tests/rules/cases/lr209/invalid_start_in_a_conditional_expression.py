# invalid: Where the training goes on is one of two numbers in one expression.
# at: scheduler = StepLR(optimizer, 10)
# says: goes on at begin
import os

import torch
from torch.optim.lr_scheduler import StepLR

def read(path, model, optimizer):
    blob = torch.load(path)
    model.load_state_dict(blob["model"])
    optimizer.load_state_dict(blob["optimizer"])
    return blob["n"]

def main(model, loader, path, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2, momentum=0.9)
    scheduler = StepLR(optimizer, 10)
    begin = read(path, model, optimizer) if os.path.exists(path) else 0
    for epoch in range(begin, epochs):
        for x, y in loader:
            optimizer.zero_grad()
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
