# valid: As many batches as there are in half of the training.
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def train(model, train_loader, args):
    epochs = args.iterations // len(train_loader)
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=args.iterations // 2, gamma=0.1)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
