# valid: The state is in another file.
import torch
from torch.optim.lr_scheduler import ExponentialLR, ReduceLROnPlateau, StepLR

def train(model, train_loader, epochs, resume):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=30)
    start_epoch = 0
    if resume:
        checkpoint = torch.load(resume)
        start_epoch = checkpoint["epoch"]
        optimizer.load_state_dict(checkpoint["optimizer"])
    for epoch in range(start_epoch, epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
        state = {"epoch": epoch + 1, "optimizer": optimizer.state_dict()}
        torch.save(scheduler.state_dict(), "scheduler.pt")
        torch.save(state, "last.pt")
