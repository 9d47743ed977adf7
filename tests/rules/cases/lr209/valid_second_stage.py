# valid: The second stage of a training, not a resumed one.
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def finetune(model, train_loader, epochs, frozen_epochs):
    optimizer = SGD(model.parameters(), lr=0.01)
    scheduler = StepLR(optimizer, step_size=30)
    for epoch in range(frozen_epochs, epochs):
        train_epoch(model, train_loader, optimizer)
        scheduler.step()
