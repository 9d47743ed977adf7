# valid: The optimizer comes from elsewhere.
from torch.optim.lr_scheduler import StepLR

def resume(optimizer, epoch):
    return StepLR(optimizer, 30, last_epoch=epoch)
