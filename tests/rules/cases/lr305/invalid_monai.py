# invalid: A warm-up from 0 that is stepped per epoch loses the first one.
# at: schedule = WarmupCosineSchedule(optimizer, 4, t_total=20)
# says: the first epoch runs with an LR of exactly 0
from monai.optimizers import WarmupCosineSchedule
from torch.optim import Adam

def train(model, train_loader):
    optimizer = Adam(model.parameters(), lr=0.001)
    schedule = WarmupCosineSchedule(optimizer, 4, t_total=20)
    for epoch in range(20):
        for batch in train_loader:
            model(batch).backward()
            optimizer.step()
        schedule.step()
