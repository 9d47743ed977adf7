# valid: Long after the resume, each epoch builds a scheduler for the epochs that are left.
import torch
from torch.optim.lr_scheduler import LambdaLR

def train(model, train_loader, epochs, checkpoint, plan):
    adam = torch.optim.Adam(model.parameters(), lr=0.1)
    decay = LambdaLR(adam, lambda epoch: 1 - epoch / epochs)
    adam.load_state_dict(checkpoint["adam"])
    decay.last_epoch = checkpoint["epoch"] - 1
    for epoch in range(checkpoint["epoch"], epochs):
        decay.step()
        for x, y in train_loader:
            model(x, y).backward()
            adam.step()
        epochs = plan(epoch)
        decay = LambdaLR(adam, lambda epoch: 1 - epoch / epochs)
        decay.last_epoch = epoch
