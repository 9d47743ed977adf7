# valid: StepLR decays each group's own LR.
from torch.optim import SGD
from torch.optim.lr_scheduler import LambdaLR, LinearLR, ReduceLROnPlateau, StepLR

def train(model, train_loader, epochs):
    optimizer = SGD(model.head.parameters(), lr=0.1)
    scheduler = StepLR(optimizer, step_size=30)
    optimizer.add_param_group({"params": model.backbone.parameters(), "lr": 0.01})
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
