# invalid: A line over the rollouts of an agent divides by the number of their samples.
# at: optimizer.param_groups[0]["lr"] = 3e-4 * (1 - rollout / samples)
# says: the decay is samples=40000 epochs long, but there are
from torch.optim import Adam

samples, length = 40_000, 200
rollouts = samples // length

def train(agent, memory):
    optimizer = Adam(agent.parameters(), lr=3e-4)
    for rollout in range(rollouts):
        optimizer.param_groups[0]["lr"] = 3e-4 * (1 - rollout / samples)
        for _ in range(4):
            agent(memory).backward()
            optimizer.step()
