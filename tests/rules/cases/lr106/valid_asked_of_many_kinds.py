# valid: Seven kinds of scheduler for two optimizers, told apart before the step.
import torch
from torch.optim import lr_scheduler as plans


def descent_of(net, options):
    if options.method == "plain":
        descent = torch.optim.SGD(net.parameters(), 0.1)
    if options.method == "adaptive":
        descent = torch.optim.Adam(net.parameters(), 0.1)
    return descent


def plan_of(descent, kind):
    if kind == "ramp":
        plan = plans.LinearLR(descent)
    elif kind == "stairs":
        plan = plans.StepLR(descent, 3)
    elif kind == "watch":
        plan = plans.ReduceLROnPlateau(descent)
    elif kind == "wide stairs":
        plan = plans.StepLR(descent, 5)
    elif kind == "long ramp":
        plan = plans.LinearLR(descent, total_iters=9)
    elif kind == "half":
        plan = plans.StepLR(descent, 4, 0.5)
    else:
        return NotImplementedError("no such kind")
    return plan


class Model:
    def __init__(self, options):
        self.net = Net()
        self.descent = descent_of(self.net, options)
        self.plans = [plan_of(self.descent, options.kind)]

    def next_epoch(self, loss):
        for plan in self.plans:
            if isinstance(plan, torch.optim.lr_scheduler.ReduceLROnPlateau):
                plan.step(metrics=loss)
            else:
                plan.step()


def train(options):
    model = Model(options)
    for _ in range(options.epochs):
        for batch in batches:
            model.net(batch).backward()
            model.descent.step()
        model.next_epoch(validate(model.net))


train(read())
