# valid: The milestones are not known.
from torch.optim import SGD
from torch.optim.lr_scheduler import MultiStepLR

def train(model, epochs):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = MultiStepLR(optimizer, [epochs // 2, epochs * 3 // 4])
    for epoch in range(90):
        train_epoch(model, optimizer)
        scheduler.step()
