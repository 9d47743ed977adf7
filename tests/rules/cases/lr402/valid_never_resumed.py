# valid: Nothing resumes here: the checkpoint is for others.
import torch

def train(model, train_loader, epochs):
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 30)
    for epoch in range(epochs):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
        torch.save({"optimizer": optimizer.state_dict()}, "last.pt")
