# invalid: A share of the epochs, which are themselves a share of the batches.
# at: scheduler.step()
# says: step_size
# says: epochs
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def train(model, train_loader, args):
    epochs = int(args.iterations // len(train_loader))
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=epochs // 2, gamma=0.1)
    for epoch in range(args.start_epoch, epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
# fixed:
# -     scheduler.step()
# + scheduler.step()
