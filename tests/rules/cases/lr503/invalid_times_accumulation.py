# invalid: The updates are multiplied by the accumulation again.
# at: decay = CosineAnnealingLR(opt, passes * -(-len(data_loader) // 4) * 4, eta_min=1e-5)
# says: once every 4
from accelerate import Accelerator
from torch.optim import AdamW
from torch.optim.lr_scheduler import CosineAnnealingLR

def fit(net, data_loader, passes):
    accelerator = Accelerator(gradient_accumulation_steps=4)
    opt = AdamW(net.parameters(), lr=3e-4)
    decay = CosineAnnealingLR(opt, passes * -(-len(data_loader) // 4) * 4, eta_min=1e-5)
    net, opt, data_loader, decay = accelerator.prepare(net, opt, data_loader, decay)
    for epoch in range(passes):
        for x in data_loader:
            with accelerator.accumulate(net):
                accelerator.backward(net(x))
                opt.step()
                decay.step()
                opt.zero_grad()
