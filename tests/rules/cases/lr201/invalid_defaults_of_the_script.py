# invalid: With the script's defaults, which the user may change.
# at: optimizer, T_max=args.t_max, eta_min=1e-3
# says: with the defaults
# says: 0.0497
import argparse
import torch

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=300)
parser.add_argument("--t-max", type=int, default=200)
args = parser.parse_args()

model = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(
    optimizer, T_max=args.t_max, eta_min=1e-3
)
for epoch in range(args.epochs):
    train(model, optimizer)
    scheduler.step()
# fixed:
# - optimizer, T_max=args.t_max, eta_min=1e-3
# + optimizer, T_max=args.epochs, eta_min=1e-3
