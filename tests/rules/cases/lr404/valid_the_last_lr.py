# valid: What the scheduler has set is written once more.
from torch.optim import Adam
from torch.optim.lr_scheduler import OneCycleLR

def train(model, train_loader, epochs):
    optimizer = Adam(model.parameters(), lr=1e-3)
    scheduler = OneCycleLR(optimizer, 1e-3, epochs=epochs, steps_per_epoch=len(train_loader))
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            chosen = {epoch: scheduler.get_last_lr()[0]}
            for group in optimizer.param_groups:
                group["lr"] = chosen[epoch]
            scheduler.step()
