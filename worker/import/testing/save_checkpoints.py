"""Writes checkpoints of every form with PyTorch itself, for pytorch.test.ts.

Usage: save_checkpoints.py SPEC.json DIRECTORY. SPEC: {name: {"shape": [...], "kind": "parameter" | "index"}}; the raw
float32 values of each parameter follow each other in DIRECTORY/values.bin, in the order of SPEC.
"""
import json
import sys
from collections import OrderedDict

import numpy
import torch

spec = json.load(open(sys.argv[1]))
directory = sys.argv[2]
values = numpy.fromfile(f"{directory}/values.bin", dtype=numpy.float32)


def swin_index(window):
    coords = torch.stack(torch.meshgrid(torch.arange(window), torch.arange(window), indexing="ij")).flatten(1)
    relative = (coords[:, :, None] - coords[:, None, :]).permute(1, 2, 0) + window - 1
    return relative[:, :, 0] * (2 * window - 1) + relative[:, :, 1]


def state_dict(dtype=torch.float32, prefix=""):
    state, at = OrderedDict(), 0
    for name, entry in spec.items():
        if entry["kind"] == "index":
            state[prefix + name] = swin_index(7)
            continue
        count = int(numpy.prod(entry["shape"]))
        tensor = torch.from_numpy(values[at : at + count].copy()).reshape(entry["shape"])
        state[prefix + name] = tensor.to(dtype)
        if name.endswith("running_var"):
            state[prefix + name.replace("running_var", "num_batches_tracked")] = torch.tensor(7)
        at += count
    state._metadata = OrderedDict([("", {"version": 1})])
    return state


def training_checkpoint(prefix=""):
    net = state_dict(prefix=prefix)
    parameters = [torch.nn.Parameter(t) for t in net.values() if t.is_floating_point()]
    optimizer = torch.optim.AdamW(
        [{"params": parameters[:9], "weight_decay": 0.0}, {"params": parameters[9:]}], lr=1e-3, weight_decay=0.05
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.99**step)
    for parameter in parameters:
        parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    schedule.step()
    # A step of AdamW decays weights even without a gradient: the net keeps the values from before.
    net = OrderedDict((name, tensor.clone()) for name, tensor in state_dict(prefix=prefix).items())
    return {"net": net, "optimizer": optimizer.state_dict(), "epoch": 3, "lr_schedule": schedule.state_dict()}


def rearranged():
    """The same values, in memory that is channels-last, transposed, shared or part of something larger."""
    state = state_dict()
    for name, tensor in state.items():
        if tensor.dim() == 4 and tensor.shape[2] > 1:
            state[name] = tensor.to(memory_format=torch.channels_last)
        elif tensor.dim() == 2:
            state[name] = tensor.t().contiguous().t()
    head = torch.zeros(5, *state["conv_head.weight"].shape)
    head[2] = state["conv_head.weight"]
    state["conv_head.weight"] = head[2]
    state["conv_norm.weight"] = torch.nn.Parameter(state["conv_norm.weight"])
    return state


class Holder:
    pass


def save(name, value, **options):
    torch.save(value, f"{directory}/{name}", **options)


for form, options in (("zip", {}), ("legacy", {"_use_new_zipfile_serialization": False})):
    for dtype in (torch.float32, torch.float16, torch.bfloat16, torch.float64):
        save(f"{form}-{str(dtype)[6:]}.pth", state_dict(dtype), **options)
    save(f"{form}-training.pth", training_checkpoint(), **options)
    save(f"{form}-module.pth", {"state_dict": state_dict(prefix="module."), "epoch": 1}, **options)
    save(f"{form}-rearranged.pth", {"model": rearranged()}, **options)
    for protocol in (3, 4):
        save(f"{form}-protocol{protocol}.pth", state_dict(), pickle_protocol=protocol, **options)
    save(f"{form}-object-refused.pth", {"net": state_dict(), "args": Holder()}, **options)
    save(f"{form}-module-refused.pth", torch.nn.Linear(2, 2), **options)

torch.serialization.set_crc32_options(False)
save("zip-nocrc.pth", state_dict())
print(torch.__version__)
