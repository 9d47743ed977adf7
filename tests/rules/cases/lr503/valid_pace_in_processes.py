# valid: The pace counts the processes.
from accelerate import Accelerator
from torch.optim import AdamW
from torch.optim.lr_scheduler import StepLR

def fit(net, data_loader, passes):
    accelerator = Accelerator()
    opt = AdamW(net.parameters(), lr=3e-4)
    decay = StepLR(opt, 10 * accelerator.num_processes, gamma=0.3)
    net, opt, data_loader, decay = accelerator.prepare(net, opt, data_loader, decay)
    for epoch in range(passes):
        for x in data_loader:
            accelerator.backward(net(x))
            opt.step()
            opt.zero_grad()
        decay.step()
