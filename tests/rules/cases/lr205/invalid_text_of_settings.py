# invalid: Settings in a text of YAML.
# at: schedule = MultiStepLR(optimizer, settings["drops"])
# says: milestone drops[1]=80 is never reached
# says: 60 epochs
import yaml
from mine import batches, net
from torch.optim import SGD
from torch.optim.lr_scheduler import MultiStepLR

settings = yaml.safe_load("""
rounds: 60
drops: [30, 80]
""")
optimizer = SGD(net.parameters(), lr=0.02)
schedule = MultiStepLR(optimizer, settings["drops"])
for _ in range(settings["rounds"]):
    for batch in batches:
        net.loss(batch).backward()
        optimizer.step()
    schedule.step()
