# valid: The scheduler is built anew.
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.head.parameters(), lr=0.1)
    scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
    for epoch in range(5):
        train_epoch(model, train_loader, optimizer)
        scheduler.step()
    optimizer.add_param_group({"params": model.backbone.parameters()})
    scheduler = LambdaLR(optimizer, lambda epoch: 0.95**epoch)
    for epoch in range(5, epochs):
        train_epoch(model, train_loader, optimizer)
        scheduler.step()
