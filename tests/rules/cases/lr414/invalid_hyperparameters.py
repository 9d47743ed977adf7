# invalid: a field of a data class whose objects hold the arguments of the training
# at: ramp = LinearLR(adam, start_factor=0.02, total_iters=300)
# says: ScriptArguments.ramp_up
from dataclasses import dataclass

from torch.optim import Adam
from torch.optim.lr_scheduler import LinearLR


@dataclass
class ScriptArguments:
    rate: float = 5e-4
    rounds: int = 30
    ramp_up: bool = False


def learn(network, batches, chosen):
    adam = Adam(network.parameters(), lr=chosen.rate)
    ramp = LinearLR(adam, start_factor=0.02, total_iters=300)
    for _ in range(chosen.rounds):
        for image, label in batches:
            network(image, label).backward()
            adam.step()
            if chosen.ramp_up:
                ramp.step()


def main(network, batches):
    learn(network, batches, ScriptArguments())
