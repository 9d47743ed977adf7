# valid: the epochs visit losses that the script writes out, and one of them ends the training
import torch


def replay(model, batches):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
    decay = torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma=0.9)
    lowest = 10.0
    for epoch, loss in enumerate([1.0, 0.7, 0.8, 0.6]):
        for batch in batches:
            model(batch).sum().backward()
            optimizer.step()
        decay.step()
        if loss > lowest:
            break
        lowest = loss
