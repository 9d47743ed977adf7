# invalid: The optimizer has a short name, and nothing else in the script speaks of one.
# at: opt.lr = rate
# says: no step reads
from torch.optim import SGD

model, batches = build()
opt = SGD(model.parameters(), lr=0.1)
for epoch in range(40):
    rate = 0.1 * 0.9**epoch
    opt.lr = rate
    for batch in batches:
        opt.zero_grad()
        model(batch).backward()
        opt.step()
