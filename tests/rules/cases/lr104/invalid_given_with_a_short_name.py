# invalid: What it is given is called opt; it is stepped as an optimizer.
# at: sched.step()
import torch


def run(net, batches, opt, sched, rounds):
    for _ in range(rounds):
        sched.step()
        for x, y in batches:
            opt.zero_grad()
            net(x, y).backward()
            opt.step()
    torch.save(net.state_dict(), "net.pt")
# fixed:
# -         sched.step()
#           for x, y in batches:
#               opt.zero_grad()
#               net(x, y).backward()
#               opt.step()
# +         sched.step()
