# invalid: The checkpoint is loaded on a resume only.
# at: scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
# says: LambdaLR
# says: the first epoch after every resume
import torch
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR

def train(model, train_loader, epochs, resume):
    start_epoch = 0
    checkpoint = torch.load(resume) if resume else None
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    if checkpoint: optimizer.load_state_dict(checkpoint["optimizer"])
    scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
    if checkpoint:
        scheduler.load_state_dict(checkpoint["scheduler"])
        start_epoch = checkpoint["epoch"]
    for epoch in range(start_epoch, epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
