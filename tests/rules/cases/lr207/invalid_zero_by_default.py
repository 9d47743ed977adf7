# invalid: The quotient of the script's default is 0.
# at: scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=args.epochs // 30)
# says: step_size=0
# says: args.epochs // 30
# says: with the defaults
import argparse
import torch

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=20)
args = parser.parse_args()

model = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
scheduler = torch.optim.lr_scheduler.StepLR(optimizer, step_size=args.epochs // 30)
for epoch in range(args.epochs):
    train(model, optimizer)
    scheduler.step()
