# invalid: The LRs of the groups differ, but each is above 0 at first.
# at: plan.step()
# says: the first LR is skipped
from torch.optim import SGD
from torch.optim.lr_scheduler import _LRScheduler


class Ramp(_LRScheduler):
    def get_lr(self):
        share = min(1.0, 0.25 + self.last_epoch / 10)
        return [base * share for base in self.base_lrs]


def train(net, batches, cfg):
    groups = []
    for name, weights in net.named_parameters():
        lr = cfg.lr
        if "bias" in name:
            lr = cfg.lr * 2
        groups += [{"params": [weights], "lr": lr}]
    descent = SGD(groups, momentum=0.9)
    plan = Ramp(descent)
    for epoch in range(60):
        plan.step()
        for x, y in batches:
            net(x, y).backward()
            descent.step()
# fixed:
# -         plan.step()
#           for x, y in batches:
#               net(x, y).backward()
#               descent.step()
# +         plan.step()
