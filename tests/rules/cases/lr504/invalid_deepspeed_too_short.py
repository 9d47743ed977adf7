# invalid: DeepSpeed's decay ends before the training.
# at: engine, *_ = deepspeed.initialize(model=net, optimizer=optimizer, config=plan)
# says: total_num_steps is 1500
# says: 2000 times
# says: stays at its minimum
import deepspeed
from torch.optim import SGD

def train(model):
    optimizer = SGD(model.parameters(), lr=0.1)
    decay = {"type": "WarmupDecayLR", "params": {"total_num_steps": 1500}}
    plan = {"scheduler": decay}
    engine, *_ = deepspeed.initialize(model=net, optimizer=optimizer, config=plan)
    for epoch in range(2):
        for i in range(1000):
            engine.backward(net(i))
            engine.step()
