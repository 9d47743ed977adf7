# invalid: The cosine after the warm-up of lightning-bolts climbs back.
# at: schedule = LinearWarmupCosineAnnealingLR(optimizer, warmup_epochs=5, max_epochs=40)
# says: max_epochs is 40, but the scheduler steps 90 times
from pl_bolts.optimizers.lr_scheduler import LinearWarmupCosineAnnealingLR
from torch.optim import SGD

def train(model, train_loader):
    optimizer = SGD(model.parameters(), lr=0.2)
    schedule = LinearWarmupCosineAnnealingLR(optimizer, warmup_epochs=5, max_epochs=40)
    for epoch in range(90):
        for batch in train_loader:
            model(batch).backward()
            optimizer.step()
        schedule.step()
# fixed:
# -     schedule = LinearWarmupCosineAnnealingLR(optimizer, warmup_epochs=5, max_epochs=40)
# +     schedule = LinearWarmupCosineAnnealingLR(optimizer, warmup_epochs=5, max_epochs=90)
