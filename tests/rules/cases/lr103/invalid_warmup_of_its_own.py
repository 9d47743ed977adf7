# invalid: the script's own warm-up is all that changes the LR
# at: plan = CosineAnnealingLR(descent, T_max=100, eta_min=1e-4)
# says: only what the script writes itself changes the LR
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR


def train(net, batches):
    descent = SGD(net.parameters(), lr=0.05)
    plan = CosineAnnealingLR(descent, T_max=100, eta_min=1e-4)
    for epoch in range(100):
        if epoch < 5:
            for group in descent.param_groups:
                group["lr"] = 0.05 * (epoch + 1) / 5
        for x, y in batches:
            net(x, y).backward()
            descent.step()
