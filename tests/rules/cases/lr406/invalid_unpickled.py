# invalid: The scheduler of the checkpoint has a copy of the optimizer.
# at: scheduler = checkpoint["scheduler"]
# says: pickled with it
# says: stays
import torch
from torch.optim.lr_scheduler import StepLR

def main(args, model, train_loader):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=30)
    start_epoch = 0
    if args.resume:
        checkpoint = torch.load(args.resume)
        start_epoch = checkpoint["epoch"]
        optimizer.load_state_dict(checkpoint["optimizer"])
        scheduler = checkpoint["scheduler"]
    for epoch in range(start_epoch, 90):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
        torch.save(
            {"epoch": epoch + 1, "optimizer": optimizer, "scheduler": scheduler},
            "last.pt",
        )
