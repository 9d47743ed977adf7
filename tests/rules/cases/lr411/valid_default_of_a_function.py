# valid: -1 unless the caller passes another.
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR

def build(model, last_epoch=-1):
    optimizer = SGD(model.parameters(), lr=0.1)
    return optimizer, StepLR(optimizer, 30, last_epoch=last_epoch)
