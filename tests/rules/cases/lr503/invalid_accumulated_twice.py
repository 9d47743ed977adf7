# invalid: Two accumulations must agree.
# at: decay.step()
# says: at every 5
# says: at every 4
from accelerate import Accelerator
from torch.optim import AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR

def fit(net, data_loader, passes):
    accelerator = Accelerator(gradient_accumulation_steps=4)
    opt = AdamW(net.parameters(), lr=3e-4)
    decay = CosineAnnealingLR(opt, passes * len(data_loader) // 20, eta_min=1e-5)
    net, opt, data_loader, decay = accelerator.prepare(net, opt, data_loader, decay)
    for epoch in range(passes):
        for i, x in enumerate(data_loader):
            with accelerator.accumulate(net):
                accelerator.backward(net(x))
                if (i + 1) % 5 == 0:
                    opt.step()
                    decay.step()
                    opt.zero_grad()
