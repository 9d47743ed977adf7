# valid: It is stepped in any case.
import argparse
from torch.optim import SGD
from torch.optim.lr_scheduler import LinearLR, OneCycleLR, StepLR

parser = argparse.ArgumentParser()
parser.add_argument("--schedule", action="store_true")
parser.add_argument("--evaluate", action="store_true")
args = parser.parse_args()

def main(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1, momentum=0.9)
    scheduler = LinearLR(optimizer, start_factor=0.01, total_iters=5)
    for epoch in range(20):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
        scheduler.step()
