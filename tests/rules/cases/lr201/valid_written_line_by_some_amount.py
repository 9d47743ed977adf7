# valid: The LR falls by some amount per step, and is above 0 at the end.
import torch

model = torch.nn.Linear(3, 1)
opt = torch.optim.SGD(model.parameters(), lr=0.3)
for n in range(30):
    opt.param_groups[0]["lr"] = 0.3 - 0.3 * n / 40
    model(torch.ones(3)).sum().backward()
    opt.step()
