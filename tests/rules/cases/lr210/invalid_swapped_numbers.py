# invalid: The two numbers are swapped, and nobody knows how many batches there are.
# at: optimizer, num_warmup_steps=steps, num_training_steps=200
# says: no more often
# says: never decays
from torch.optim import AdamW
from transformers import get_linear_schedule_with_warmup

def train(model, train_loader):
    optimizer = AdamW(model.parameters(), lr=3e-5)
    steps = 6 * len(train_loader)
    scheduler = get_linear_schedule_with_warmup(
        optimizer, num_warmup_steps=steps, num_training_steps=200
    )
    for epoch in range(6):
        for x, y in train_loader:
            model(x, y).backward()
            optimizer.step()
            scheduler.step()
