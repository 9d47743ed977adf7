# valid: A constant schedule ignores num_training_steps.
from torch.optim import AdamW
from transformers import get_scheduler

def fine_tune(model, batches):
    optimizer = AdamW(model.parameters(), lr=3e-5)
    scheduler = get_scheduler("constant_with_warmup", optimizer, 10, num_training_steps=9000)
    for epoch in range(12):
        for i in range(20):
            model(batches[i]).backward()
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
