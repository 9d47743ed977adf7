# invalid: The warm-up is longer than the training, though not than num_training_steps.
# at: scheduler = get_scheduler("cosine", optimizer, num_warmup_steps=400, num_training_steps=9000)
# says: 400 steps
# says: only 240 times
# says: 60%
from torch.optim import AdamW
from transformers import get_scheduler

def fine_tune(model, batches):
    optimizer = AdamW(model.parameters(), lr=3e-5)
    scheduler = get_scheduler("cosine", optimizer, num_warmup_steps=400, num_training_steps=9000)
    for epoch in range(12):
        for i in range(20):
            model(batches[i]).backward()
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
