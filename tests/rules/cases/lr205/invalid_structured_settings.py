# invalid: Hydra's settings are the fields of a data class.
# at: schedule = StepLR(optimizer, settings.every)
# says: never reached
from dataclasses import dataclass

import hydra
from hydra.core.config_store import ConfigStore
from mine import batches, net
from torch.optim import SGD
from torch.optim.lr_scheduler import StepLR


@dataclass
class Settings:
    rounds: int = 60
    every: int = 75


ConfigStore.instance().store(name="settings", node=Settings)


@hydra.main(version_base=None, config_name="settings")
def main(settings: Settings):
    optimizer = SGD(net.parameters(), lr=0.02)
    schedule = StepLR(optimizer, settings.every)
    for _ in range(settings.rounds):
        for batch in batches:
            net.loss(batch).backward()
            optimizer.step()
        schedule.step()


main()
