# valid: The loop visits two optimizers under one name, and the second does not replace the first.
import torch
from torch import nn
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import StepLR

body, head = nn.Linear(4, 4), nn.Linear(4, 2)
slow, fast = SGD(body.parameters(), lr=0.1), Adam(head.parameters(), lr=0.01)
scheduler = StepLR(slow, 100)
for number, batch in enumerate(torch.rand(1600, 4)):
    head(body(batch)).sum().backward()
    if (number + 1) % 4 == 0:
        for each in (slow, fast):
            each.step()
            each.zero_grad()
        scheduler.step()
