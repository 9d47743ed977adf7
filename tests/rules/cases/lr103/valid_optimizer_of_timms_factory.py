# valid: What timm's factory makes of the settings is stepped with the loss, and so is its schedule.
import argparse

from timm.optim import create_optimizer
from timm.scheduler import create_scheduler
from timm.utils import NativeScaler

def main(net, loader):
    parser = argparse.ArgumentParser()
    parser.add_argument("--opt", default="momentum")
    parser.add_argument("--lr", type=float, default=5e-4)
    parser.add_argument("--sched", default="cosine")
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--layer-decay", type=float, default=0.7)
    args = parser.parse_args()
    optimizer = create_optimizer(args, net)
    schedule, epochs = create_scheduler(args, optimizer)
    scale = NativeScaler()
    for epoch in range(epochs):
        for x, y in loader:
            optimizer.zero_grad()
            scale(net(x, y), optimizer, parameters=net.parameters())
        schedule.step(epoch + 1)
