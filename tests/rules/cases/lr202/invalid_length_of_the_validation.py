# invalid: The batches of the validation are not those of the training.
# at: optimizer, max_lr=0.1, epochs=12, steps_per_epoch=len(valid_batches)
# says: to have len(valid_batches) batches
from torch.optim import SGD
from torch.optim.lr_scheduler import OneCycleLR

optimizer = SGD(model.parameters(), lr=0.1)
scheduler = OneCycleLR(
    optimizer, max_lr=0.1, epochs=12, steps_per_epoch=len(valid_batches)
)
for _ in range(12):
    for x, y in train_loader:
        model(x, y).backward()
        optimizer.step()
        scheduler.step()
