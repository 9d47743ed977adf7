# invalid: Past step 40 the LR is negative; nobody means that, so the 40 needs no name.
# at: opt.param_groups[0]["lr"] = 0.3 - 0.3 * n / 40
# says: the LR goes below 0
import torch

model = torch.nn.Linear(3, 1)
opt = torch.optim.SGD(model.parameters(), lr=0.3)
for n in range(90):
    opt.param_groups[0]["lr"] = 0.3 - 0.3 * n / 40
    model(torch.ones(3)).sum().backward()
    opt.step()
