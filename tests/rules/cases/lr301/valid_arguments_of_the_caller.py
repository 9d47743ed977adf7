# valid: The caller decides on eta_min.
from torch.optim.lr_scheduler import CosineAnnealingLR

def build(optimizer, **options):
    return CosineAnnealingLR(optimizer, **options)
