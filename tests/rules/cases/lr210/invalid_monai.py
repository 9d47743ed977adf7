# invalid: The warm-up of MONAI's schedule counts in batches, and is stepped per epoch.
# at: schedule = WarmupCosineSchedule(optimizer, warmup_steps=500, t_total=9000)
# says: the warm-up takes 500 steps, but the scheduler steps only 30 times
from monai.optimizers.lr_scheduler import WarmupCosineSchedule
from torch.optim import AdamW

def train(model, train_loader):
    optimizer = AdamW(model.parameters(), lr=0.0004)
    schedule = WarmupCosineSchedule(optimizer, warmup_steps=500, t_total=9000)
    for epoch in range(30):
        for batch in train_loader:
            model(batch).backward()
            optimizer.step()
        schedule.step()
