# invalid: The class of an old version, with the epochs for a length.
# at: schedule = WarmupLinearSchedule(optimizer, warmup_steps=0, t_total=args.epochs)
from pytorch_transformers import WarmupLinearSchedule
from torch.optim import AdamW

def train(args, model, train_loader):
    optimizer = AdamW(model.parameters(), lr=0.001)
    schedule = WarmupLinearSchedule(optimizer, warmup_steps=0, t_total=args.epochs)
    for epoch in range(args.epochs):
        for batch in train_loader:
            model(batch).backward()
            optimizer.step()
            schedule.step()
# fixed:
# - schedule = WarmupLinearSchedule(optimizer, warmup_steps=0, t_total=args.epochs)
# + schedule = WarmupLinearSchedule(optimizer, warmup_steps=0, t_total=args.epochs * len(train_loader))
