# invalid: The batch loop is in a function, and all numbers are known.
# at: scheduler.step()
# says: step_size=30 epochs
# says: every 0.06 epochs
import torch
from torch.optim.lr_scheduler import StepLR
from torch.utils.data import DataLoader, TensorDataset

epochs = 90
loader = DataLoader(TensorDataset(torch.zeros(50000, 3)), batch_size=100)
model = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = StepLR(optimizer, step_size=epochs // 3)

def train_epoch():
    for x, in loader:
        model(x).sum().backward()
        optimizer.step()
        scheduler.step()

for epoch in range(epochs):
    train_epoch()
