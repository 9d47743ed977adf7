# valid: Before there is a scheduler, and in place of one.
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

def train(model, train_loader, epochs, args):
    optimizer = SGD(model.parameters(), lr=0.1)
    for group in optimizer.param_groups:
        group["lr"] = 0.05
    if args.schedule == "lambda":
        scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        if args.schedule == "lambda":
            scheduler.step()
        else:
            for group in optimizer.param_groups:
                group["lr"] = 0.1 * (1 - epoch / epochs)
