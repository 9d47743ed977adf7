# invalid: It counts samples, the scheduler counts batches.
# at: scheduler = get_linear_schedule_with_warmup(optimizer, 100, EPOCHS * len(data))
# says: num_training_steps is 6400 * EPOCHS = 32000
# says: steps EPOCHS * len(batches) = 4000 times
from torch import randn
from torch.optim import AdamW
from torch.utils.data import DataLoader, TensorDataset
from transformers import get_linear_schedule_with_warmup

EPOCHS = 5
data = TensorDataset(randn(6400, 3))
batches = DataLoader(data, batch_size=8)
optimizer = AdamW(model.parameters(), lr=3e-5)
scheduler = get_linear_schedule_with_warmup(optimizer, 100, EPOCHS * len(data))
for epoch in range(EPOCHS):
    for x in batches:
        model(x).backward()
        optimizer.step()
        scheduler.step()
# fixed:
# - scheduler = get_linear_schedule_with_warmup(optimizer, 100, EPOCHS * len(data))
# + scheduler = get_linear_schedule_with_warmup(optimizer, 100, EPOCHS * len(batches))
