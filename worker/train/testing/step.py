"""Writes step-depthwise.json and step-dense.json: one training step of nano in PyTorch, float64, with formula weights.

Loss, gradients, what AdamW changes, the moving average and the running statistics, as sums of squares and as samples
at evenly spaced positions. Run with Python 3, numpy and PyTorch, from anywhere.
"""

import json
import pathlib
import sys

import torch
import torch.nn.functional as F

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT / "bench"))
from hifuse_torch import build, formula  # noqa: E402

LABELS = [1, 2]
RECIPE = {
    "classWeights": [1, 2, 0.5],
    "labelSmoothing": 0.1,
    "learningRate": 1e-3,
    "weightDecay": 0.05,
    "clipNorm": 5,
    "emaDecay": 0.05,
}
SAMPLES = 8


def samples(tensor):
    flat = tensor.detach().reshape(-1)
    count = min(SAMPLES, len(flat))
    return [float(flat[i * len(flat) // count]) for i in range(count)]


def summary(tensor):
    return {"norm": float(tensor.norm()), "absmax": float(tensor.abs().max()), "samples": samples(tensor)}


def step(irmlp):
    spec = {"width": 32, "depths": [2, 2, 2, 2], "heads": [1, 2, 4, 8], "numClasses": 3, "irmlp": irmlp}
    network = build(spec).double().train()
    parameters = dict(network.named_parameters())
    before = {name: tensor.detach().clone() for name, tensor in parameters.items()}
    groups = [
        {"params": [p for p in parameters.values() if p.ndim > 1], "weight_decay": RECIPE["weightDecay"]},
        {"params": [p for p in parameters.values() if p.ndim == 1], "weight_decay": 0},
    ]
    optimizer = torch.optim.AdamW(groups, lr=RECIPE["learningRate"])
    logits = network(formula("input", (2, 3, 224, 224)).double())
    loss = F.cross_entropy(
        logits,
        torch.tensor(LABELS),
        weight=torch.tensor(RECIPE["classWeights"], dtype=torch.float64),
        label_smoothing=RECIPE["labelSmoothing"],
    )
    loss.backward()
    gradients = {name: summary(p.grad) for name, p in parameters.items()}
    norm = torch.nn.utils.clip_grad_norm_(list(parameters.values()), RECIPE["clipNorm"])
    optimizer.step()
    decay = RECIPE["emaDecay"]
    tensors = {}
    for name, p in parameters.items():
        average = decay * before[name] + (1 - decay) * p.detach()
        tensors[name] = {
            "gradient": gradients[name],
            "update": samples(p.detach() - before[name]),
            "averageUpdate": samples(average - before[name]),
        }
    statistics = {n: samples(t) for n, t in network.state_dict().items() if n.endswith(("running_mean", "running_var"))}
    return {
        "torch": torch.__version__,
        "architecture": irmlp,
        "labels": LABELS,
        "recipe": RECIPE,
        "loss": float(loss),
        "logits": logits.detach().tolist(),
        "norm": float(norm),
        "tensors": tensors,
        "statistics": statistics,
    }


for irmlp in ("depthwise", "dense"):
    path = pathlib.Path(__file__).with_name(f"step-{irmlp}.json")
    path.write_text(json.dumps(step(irmlp)) + "\n")
