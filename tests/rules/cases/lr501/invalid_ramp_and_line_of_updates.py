# invalid: Its decay ends with the updates of the Trainer, but it steps once per epoch.
# at: return [optimizer], [line]
import argparse

import lightning as L
import torch

parser = argparse.ArgumentParser()
parser.add_argument("--max-steps", type=int, default=50_000)
args = parser.parse_args()


class Net(L.LightningModule):
    def __init__(self, max_steps, ramp_steps=1000):
        super().__init__()
        self.save_hyperparameters()

    def training_step(self, batch, index):
        return self(batch)

    def configure_optimizers(self):
        optimizer = torch.optim.SGD(self.parameters(), lr=0.1)
        ramp, end = self.hparams.ramp_steps, self.hparams.max_steps

        def factor(step):
            if step < ramp:
                return (step + 1) / max(1, ramp)
            return max(0.0, 1.0 - (step - ramp) / max(1, end - ramp))

        line = torch.optim.lr_scheduler.LambdaLR(optimizer, factor)
        return [optimizer], [line]


L.Trainer(max_steps=args.max_steps).fit(Net(args.max_steps), loader)
# fixed:
# -         return [optimizer], [line]
# +         return [optimizer], [{"scheduler": line, "interval": "step"}]
