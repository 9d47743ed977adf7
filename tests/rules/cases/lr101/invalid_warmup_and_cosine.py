# invalid: The parts of a warm-up and a cosine, stepped as one.
# at: scheduler.step()
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR, LinearLR, SequentialLR

def train(model, train_loader, epochs, warmup_epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    warmup = LinearLR(optimizer, start_factor=0.1, total_iters=warmup_epochs)
    cosine = CosineAnnealingLR(optimizer, T_max=epochs - warmup_epochs, eta_min=1e-3)
    scheduler = SequentialLR(optimizer, [warmup, cosine], milestones=[warmup_epochs])
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
        print(epoch)
# fixed:
# -     scheduler.step()
#   print(epoch)
# + scheduler.step()
