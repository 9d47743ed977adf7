# valid: The steps of all processes.
from accelerate import Accelerator
from torch.optim import AdamW
from torch.optim.lr_scheduler import LinearLR


def fit(net, data, updates):
    accelerator = Accelerator(gradient_accumulation_steps=4)
    opt = AdamW(net.parameters(), lr=3e-4)
    schedule = LinearLR(opt, 1.0, 0.1, total_iters=updates * accelerator.num_processes)
    net, opt, schedule = accelerator.prepare(net, opt, schedule)
    source = iter(data)
    for number in range(updates * 4):
        with accelerator.accumulate(net):
            accelerator.backward(net(next(source)))
            opt.step()
            schedule.step()
            opt.zero_grad()
