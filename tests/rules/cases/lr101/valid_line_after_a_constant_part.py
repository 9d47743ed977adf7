# valid: The line ends with the last batch.
from mine import generator, photographs
from torch.optim import Adam
from torch.optim.lr_scheduler import LambdaLR

rounds = 30
total = rounds * len(photographs)
optimizer = Adam(generator.parameters(), lr=3e-4)
fading = LambdaLR(optimizer, lambda t: 1 - max(0, t - total // 2) / (total - total // 2))
for _ in range(rounds):
    for photograph in photographs:
        generator.loss(photograph).backward()
        optimizer.step()
        fading.step()
