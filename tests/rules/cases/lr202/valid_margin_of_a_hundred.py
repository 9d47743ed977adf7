# valid: A margin of a hundred steps in a hundred thousand.
from argparse import ArgumentParser
from data import make_loader, make_model
from torch.optim import SGD
from torch.optim.lr_scheduler import OneCycleLR

def train(args, model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.1)
    scheduler = OneCycleLR(optimizer, args.lr, total_steps=args.iterations + 100)
    done, going = 0, True
    while going:
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
            done += 1
            if done > args.iterations:
                going = False
                break

parser = ArgumentParser()
parser.add_argument("--lr", type=float, default=0.0004)
parser.add_argument("--iterations", type=int, default=100_000)
train(parser.parse_args(), make_model(), make_loader())
