# invalid: diffusers' function has a signature of its own.
# at: "cosine", optimizer, None, 0, 120, num_cycles=1, power=1.0
# says: num_training_steps is 120
# says: 240 times
# says: climbs back
from diffusers.optimization import get_scheduler
from torch.optim import AdamW

def fine_tune(model, batches):
    optimizer = AdamW(model.parameters(), lr=3e-5)
    scheduler = get_scheduler(
        "cosine", optimizer, None, 0, 120, num_cycles=1, power=1.0
    )
    for epoch in range(12):
        for i in range(20):
            model(batches[i]).backward()
            optimizer.step()
            scheduler.step()
            optimizer.zero_grad()
# fixed:
# - "cosine", optimizer, None, 0, 120, num_cycles=1, power=1.0
# + "cosine", optimizer, None, 0, 240, num_cycles=1, power=1.0
