# invalid: accumulate() counts its calls, whatever the loop runs over.
# at: self.schedule = LinearLR(self.opt, 1.0, 0.1, total_iters=self.options.updates, **extra)
# says: half of the training on 2 processes
from accelerate import Accelerator
from torch.optim import AdamW
from torch.optim.lr_scheduler import LinearLR


class Fitter:
    def __init__(self, net, options):
        self.options = options
        self.accelerator = Accelerator(gradient_accumulation_steps=options.every)
        prepare = self.accelerator.prepare
        self.net = prepare(net)

    def fit(self, data, extra):
        self.opt = AdamW(self.net.parameters(), lr=3e-4)
        self.schedule = LinearLR(self.opt, 1.0, 0.1, total_iters=self.options.updates, **extra)
        self.opt, self.schedule = self.accelerator.prepare(self.opt, self.schedule)
        source = iter(data)
        for number in range(self.options.updates * self.options.every):
            with self.accelerator.accumulate(self.net):
                self.accelerator.backward(self.net(next(source)))
                self.opt.step()
                self.schedule.step()
                self.opt.zero_grad()
