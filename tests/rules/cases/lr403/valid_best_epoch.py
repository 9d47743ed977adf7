# valid: Back to the best epoch, not on from a checkpoint.
import torch

def train(model, train_loader, epochs, start_epoch):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.9)
    for epoch in range(start_epoch, epochs):
        before = optimizer.state_dict()
        loss = model.train_epoch(train_loader, optimizer)
        scheduler.step()
        if loss > 100:
            optimizer.load_state_dict(before)
        torch.save([optimizer.state_dict(), scheduler.state_dict()], "last.pt")
