# invalid: The loop fills a dict that says nothing about the schedule.
# at: cosine = CosineAnnealingLR(sgd, 10, eta_min=0.001)
from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingLR

sgd = SGD(net.parameters(), lr=0.1)
cosine = CosineAnnealingLR(sgd, 10, eta_min=0.001)
sets = {}
for epoch in range(100):
    for batch in loader:
        net(batch).backward()
        sgd.step()
    cosine.step()
    if "test" in sets:
        test = sets["test"]
    else:
        test = sets["test"] = read()
    score(net, test)
# fixed:
# - cosine = CosineAnnealingLR(sgd, 10, eta_min=0.001)
# + cosine = CosineAnnealingLR(sgd, 100, eta_min=0.001)
