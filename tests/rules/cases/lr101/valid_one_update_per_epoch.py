# valid: by the defaults an epoch is one update, however many epochs there are
import argparse

import torch
from torch.utils.data import DataLoader, TensorDataset

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, required=True)
parser.add_argument("--batch-size", type=int, default=16)
parser.add_argument("--accumulate", type=int, default=4)
args = parser.parse_args()

data = TensorDataset(torch.randn(70, 3), torch.randn(70, 1))
loader = DataLoader(data, batch_size=args.batch_size)
model = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
marks = [int(args.epochs * share) for share in (0.5, 0.8)]
scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, marks)
for epoch in range(args.epochs):
    for number, (x, y) in enumerate(loader, 1):
        (model(x) - y).square().mean().backward()
        if number % args.accumulate == 0:
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
