# valid: The option that chooses LambdaLR chooses a base LR of 1, too.
import argparse

from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=0.01)
parser.add_argument("--share", type=float, default=1.0)
parser.add_argument("--decay", default="cosine")
args = parser.parse_args()

if args.decay == "cosine":
    base = args.lr
else:
    base = 1.0
groups = [{"params": net.parameters(), "lr": args.share * base}]
optimizer = SGD(groups, lr=args.lr)
if args.decay == "cosine":
    scheduler = CosineAnnealingLR(optimizer, 20, eta_min=1e-4)
else:
    scheduler = LambdaLR(optimizer, lambda step: args.lr * (1 + 0.1 * step) ** -0.75)
for epoch in range(20):
    fit_one_epoch(net, optimizer)
    scheduler.step()
