# invalid: The rank is an argument of the script.
# at: scheduler.step()
import torch
import torch.distributed as dist
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def train(model, train_loader, epochs, args):
    rank = dist.get_rank()
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=30)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        if args.local_rank == 0:
            torch.save(model.state_dict(), "model.pt")
            scheduler.step()
