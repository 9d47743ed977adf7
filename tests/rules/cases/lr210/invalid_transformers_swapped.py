# invalid: The two numbers are swapped.
# at: scheduler = get_linear_schedule_with_warmup(optimizer, num_warmup_steps=total, num_training_steps=0.1 * total)
# says: num_training_steps
# says: 10%
# says: rises to the end
from torch.optim import AdamW
from transformers import get_linear_schedule_with_warmup

def train(model, loader, epochs):
    optimizer = AdamW(model.parameters(), lr=1e-4)
    total = epochs * len(loader)
    scheduler = get_linear_schedule_with_warmup(optimizer, num_warmup_steps=total, num_training_steps=0.1 * total)
    for epoch in range(epochs):
        for batch in loader:
            model(**batch).loss.backward()
            optimizer.step()
            scheduler.step()
