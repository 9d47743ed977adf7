# invalid: The LR of one batch only.
# at: scheduler = OneCycleLR(optimizer, 0.1, total_steps=7820)
# says: OneCycleLR
# says: the first batch
# says: at 0.004
import torch
from torch.optim.lr_scheduler import OneCycleLR

optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
checkpoint = torch.load("last.pt")
optimizer.load_state_dict(checkpoint["optimizer"])
scheduler = OneCycleLR(optimizer, 0.1, total_steps=7820)
scheduler.load_state_dict(checkpoint["scheduler"])
for epoch in range(checkpoint["epoch"], 20):
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
        scheduler.step()
