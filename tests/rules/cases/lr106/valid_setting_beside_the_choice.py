# valid: who chooses the plateau chooses the validation, too
from torch.optim import SGD
from torch.optim.lr_scheduler import ReduceLROnPlateau, StepLR


def train(net, batches, settings, validate):
    descent = SGD(net.parameters(), lr=0.05)
    if settings.kind == "stairs":
        plan = StepLR(descent, step_size=7)
    elif settings.kind == "plateau":
        plan = ReduceLROnPlateau(descent)
    for _ in range(settings.rounds):
        for x, y in batches:
            net(x, y).backward()
            descent.step()
        if settings.validates:
            plan.step(validate(net))
        else:
            plan.step()
