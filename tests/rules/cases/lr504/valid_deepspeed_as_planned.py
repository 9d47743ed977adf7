# valid: DeepSpeed's decay is as long as the training.
import deepspeed
from torch.optim import SGD

def train(model):
    optimizer = SGD(model.parameters(), lr=0.1)
    decay = {"type": "WarmupDecayLR", "params": {"total_num_steps": 2000}}
    plan = {"scheduler": decay}
    engine, *_ = deepspeed.initialize(model=net, optimizer=optimizer, config=plan)
    for epoch in range(2):
        for i in range(1000):
            engine.backward(net(i))
            engine.step()
