# valid: ReduceLROnPlateau takes new groups as they are.
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR, LinearLR, ReduceLROnPlateau, StepLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.head.parameters(), lr=0.1)
    scheduler = ReduceLROnPlateau(optimizer)
    for epoch in range(epochs):
        if epoch == 5: optimizer.add_param_group({"params": model.backbone.parameters(), "lr": 0.01})
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step(evaluate())
