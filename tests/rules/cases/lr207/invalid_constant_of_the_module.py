# invalid: Seven and a half epochs never come, by a constant of the module.
# at: scheduler = MultiStepLR(optimizer, milestones=[EPOCHS * 0.5, EPOCHS * 0.75])
# says: milestones 7.5, 11.25
# says: the LR stays at 0.1
from torch.optim import SGD
from torch.optim.lr_scheduler import MultiStepLR

EPOCHS = 15

def train(model):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = MultiStepLR(optimizer, milestones=[EPOCHS * 0.5, EPOCHS * 0.75])
    for epoch in range(EPOCHS):
        train_epoch(model, optimizer)
        scheduler.step()
