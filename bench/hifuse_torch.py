"""HiFuse in eager PyTorch with formula weights: the peer that bench/inference.bench.mjs measures against.

Written as one would write it for PyTorch, with its own modules and functions and nothing tuned. Speaks one JSON object
a line: {"load": {variant...}} builds a network, {"batch": n, "runs": k} answers with the milliseconds of each run,
{"verify": golden file} with the largest difference of a logit, {} with the peak memory of the process.
"""

import json
import math
import resource
import sys
import time

import numpy
import torch
import torch.nn.functional as F
from torch import nn


def formula(name, shape):
    """FNV-1a of the name seeds a linear congruential generator; the scale depends on the kind of tensor."""
    seed = 0x811C9DC5
    for byte in name.encode():
        seed = ((seed ^ byte) * 0x01000193) % 2**32
    count = math.prod(shape)
    states = numpy.array([(1664525 * seed + 1013904223) % 2**32], numpy.uint32)
    factor, addend = 1664525, 1013904223
    while len(states) < count:  # As many again, a jump of their number ahead.
        more = states[: count - len(states)] * numpy.uint32(factor) + numpy.uint32(addend)
        states = numpy.concatenate([states, more])
        factor, addend = factor * factor % 2**32, (factor * addend + addend) % 2**32
    u = 2 * states.astype(numpy.float64) / 2**32 - 1
    if name.endswith("running_var"):
        u = 1 + 0.5 * u
    elif name.endswith("running_mean"):
        u = 0.1 * u
    elif name.endswith("relative_position_bias_table"):
        u = 0.5 * u
    elif name != "input" and len(shape) == 1:
        u = 1 + 0.2 * u if name.endswith("weight") else 0.1 * u
    elif name != "input":
        u = u * math.sqrt(3 / math.prod(shape[1:]))
    return torch.from_numpy(u.astype(numpy.float32).reshape(shape))


class ChannelNorm(nn.LayerNorm):
    """Layer norm over the channels of [B, C, H, W]."""

    def __init__(self, channels):
        super().__init__(channels, eps=1e-6)

    def forward(self, x):
        mean = x.mean(1, keepdim=True)
        variance = (x - mean).pow(2).mean(1, keepdim=True)
        x = (x - mean) / torch.sqrt(variance + self.eps)
        return self.weight[:, None, None] * x + self.bias[:, None, None]


class LocalBlock(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dwconv = nn.Conv2d(dim, dim, 3, padding=1, groups=dim)
        self.norm = nn.LayerNorm(dim, eps=1e-6)
        self.pwconv = nn.Linear(dim, dim)

    def forward(self, x):
        y = self.dwconv(x).permute(0, 2, 3, 1)
        return x + F.gelu(self.pwconv(self.norm(y))).permute(0, 3, 1, 2)


class Attention(nn.Module):
    def __init__(self, dim, heads, window):
        super().__init__()
        self.heads, self.window = heads, window
        self.relative_position_bias_table = nn.Parameter(torch.zeros((2 * window - 1) ** 2, heads))
        grid = torch.stack(torch.meshgrid(torch.arange(window), torch.arange(window), indexing="ij")).flatten(1)
        offset = (grid[:, :, None] - grid[:, None, :]) + window - 1
        self.register_buffer("index", offset[0] * (2 * window - 1) + offset[1], persistent=False)
        self.qkv, self.proj = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)

    def forward(self, x, mask):
        windows, positions, dim = x.shape
        qkv = self.qkv(x).reshape(windows, positions, 3, self.heads, dim // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        scores = (q * (dim // self.heads) ** -0.5) @ k.transpose(-2, -1)
        scores = scores + self.relative_position_bias_table[self.index].permute(2, 0, 1)
        if mask is not None:
            per_image = scores.view(-1, len(mask), self.heads, positions, positions)
            scores = (per_image + mask[None, :, None]).view(windows, self.heads, positions, positions)
        return self.proj((scores.softmax(-1) @ v).transpose(1, 2).reshape(windows, positions, dim))


class GlobalBlock(nn.Module):
    def __init__(self, dim, heads, window, shift, side):
        super().__init__()
        self.window, self.shift = window, shift
        self.norm1 = nn.LayerNorm(dim)
        self.attn = Attention(dim, heads, window)
        self.fc1 = nn.Linear(dim, dim)
        mask = None
        if shift:
            regions = torch.zeros(1, side, side, 1)
            cuts = (slice(0, -window), slice(-window, -shift), slice(-shift, None))
            for i, rows in enumerate(cuts):
                for j, columns in enumerate(cuts):
                    regions[:, rows, columns] = 3 * i + j
            ids = self.divide(regions).squeeze(-1)
            mask = (ids[:, None] != ids[:, :, None]) * -100.0
        self.register_buffer("mask", mask, persistent=False)

    def divide(self, x):
        b, h, w, c = x.shape
        x = x.view(b, h // self.window, self.window, w // self.window, self.window, c)
        return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, self.window**2, c)

    def forward(self, x):
        b, h, w, c = x.shape
        y = self.norm1(x)
        if self.shift:
            y = torch.roll(y, (-self.shift, -self.shift), (1, 2))
        y = self.attn(self.divide(y), self.mask)
        y = y.view(b, h // self.window, w // self.window, self.window, self.window, c)
        y = y.permute(0, 1, 3, 2, 4, 5).reshape(b, h, w, c)
        if self.shift:
            y = torch.roll(y, (self.shift, self.shift), (1, 2))
        return x + F.gelu(self.fc1(y))


class PatchMerging(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.reduction = nn.Linear(4 * dim, 2 * dim, bias=False)
        self.norm = nn.LayerNorm(4 * dim)

    def forward(self, x):
        cells = [x[:, 0::2, 0::2], x[:, 1::2, 0::2], x[:, 0::2, 1::2], x[:, 1::2, 1::2]]
        return self.reduction(self.norm(torch.cat(cells, -1)))


class GlobalStage(nn.Module):
    def __init__(self, dim, depth, heads, window, side, first):
        super().__init__()
        self.downsample = None if first else PatchMerging(dim // 2)
        self.blocks = nn.ModuleList(
            GlobalBlock(dim, heads, window, 0 if j % 2 == 0 else window // 2, side) for j in range(depth)
        )

    def forward(self, x):
        if self.downsample is not None:
            x = self.downsample(x)
        for block in self.blocks:
            x = block(x)
        return x


class PatchEmbed(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.proj, self.norm = nn.Conv2d(3, dim, 4, 4), nn.LayerNorm(dim)

    def forward(self, x):
        return self.norm(self.proj(x).permute(0, 2, 3, 1))


class Conv(nn.Module):
    def __init__(self, inputs, outputs, kernel=1, bn=False, relu=False, bias=True, groups=1):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=bias, groups=groups)
        self.bn = nn.BatchNorm2d(outputs) if bn else None
        self.relu = relu

    def forward(self, x):
        x = self.conv(x)
        if self.bn is not None:
            x = self.bn(x)
        return F.relu(x) if self.relu else x


class IRMLP(nn.Module):
    def __init__(self, inputs, outputs, depthwise):
        super().__init__()
        self.conv1 = Conv(inputs, inputs, 3, bias=False, groups=inputs if depthwise else 1)
        self.conv2 = Conv(inputs, 4 * inputs, bias=False)
        self.conv3 = Conv(4 * inputs, outputs, bn=True, bias=False)
        self.bn1 = nn.BatchNorm2d(inputs)

    def forward(self, x):
        x = self.bn1(F.gelu(self.conv1(x)) + x)
        return self.conv3(F.gelu(self.conv2(x)))


class Fusion(nn.Module):
    def __init__(self, dim, first, depthwise):
        super().__init__()
        self.se = nn.Sequential(
            nn.Conv2d(dim, dim // 16, 1, bias=False), nn.ReLU(), nn.Conv2d(dim // 16, dim, 1, bias=False)
        )
        self.spatial = Conv(2, 1, 7, bn=True, bias=False)
        self.W_l, self.W_g = Conv(dim, dim, bn=True), Conv(dim, dim, bn=True)
        if first:
            self.norm2, self.W = ChannelNorm(2 * dim), Conv(2 * dim, dim, bn=True)
        else:
            self.Updim = Conv(dim // 2, dim, bn=True, relu=True)
            self.norm1, self.W3 = ChannelNorm(3 * dim), Conv(3 * dim, dim, bn=True)
        self.norm3 = ChannelNorm(3 * dim)
        self.residual = IRMLP(3 * dim, dim, depthwise)

    def forward(self, local, global_, previous):
        w_l, w_g = self.W_l(local), self.W_g(global_)
        if previous is None:
            shortcut, mixed = 0, self.W(self.norm2(torch.cat([w_l, w_g], 1)))
        else:
            shortcut = F.avg_pool2d(self.Updim(previous), 2)
            mixed = self.W3(self.norm1(torch.cat([shortcut, w_l, w_g], 1)))
        summary = torch.cat([local.max(1, keepdim=True)[0], local.mean(1, keepdim=True)], 1)
        local = torch.sigmoid(self.spatial(summary)) * local
        gate = self.se(F.adaptive_max_pool2d(global_, 1)) + self.se(F.adaptive_avg_pool2d(global_, 1))
        global_ = torch.sigmoid(gate) * global_
        return shortcut + self.residual(self.norm3(torch.cat([global_, local, F.gelu(mixed)], 1)))


class HiFuse(nn.Module):
    def __init__(self, width, depths, heads, classes, depthwise, window=7):
        super().__init__()
        dims = [width * 2**i for i in range(4)]
        self.downsample_layers = nn.ModuleList([nn.Sequential(nn.Conv2d(3, width, 4, 4), ChannelNorm(width))])
        for a, b in zip(dims, dims[1:]):
            self.downsample_layers.append(nn.Sequential(ChannelNorm(a), nn.Conv2d(a, b, 2, 2)))
        self.stages = nn.ModuleList(
            nn.Sequential(*(LocalBlock(dim) for _ in range(depth))) for dim, depth in zip(dims, depths)
        )
        self.patch_embed = PatchEmbed(width)
        for i, dim in enumerate(dims):
            stage = GlobalStage(dim, depths[i], heads[i], window, 56 // 2**i, i == 0)
            self.add_module(f"layers{i + 1}", stage)
            self.add_module(f"fu{i + 1}", Fusion(dim, i == 0, depthwise))
        self.conv_norm, self.conv_head = nn.LayerNorm(dims[3], eps=1e-6), nn.Linear(dims[3], classes)

    def forward(self, image):
        local, global_, fused = image, self.patch_embed(image), None
        for i in range(4):
            local = self.stages[i](self.downsample_layers[i](local))
            global_ = getattr(self, f"layers{i + 1}")(global_)
            fused = getattr(self, f"fu{i + 1}")(local, global_.permute(0, 3, 1, 2).contiguous(), fused)
        return self.conv_head(self.conv_norm(fused.mean([-2, -1])))


def build(spec):
    network = HiFuse(spec["width"], spec["depths"], spec["heads"], spec["numClasses"], spec["irmlp"] == "depthwise")
    with torch.no_grad():
        for name, tensor in network.state_dict().items():
            if tensor.is_floating_point():
                tensor.copy_(formula(name, tuple(tensor.shape)))
    return network.eval()


def verify(path):
    with open(path) as file:
        golden = json.load(file)
    logits = build(golden)(formula("input", (2, 3, 224, 224)))
    return float((logits - torch.tensor(golden["logits"])).abs().max())


@torch.inference_mode()
def main():
    torch.set_num_threads(int(sys.argv[1]))
    network = None
    for line in sys.stdin:
        request = json.loads(line)
        if "verify" in request:
            answer = verify(request["verify"])
        elif "load" in request:
            network = None
            network = build(request["load"])
            answer = torch.__version__
        elif "batch" in request:
            images = formula("input", (request["batch"], 3, 224, 224))
            answer = []
            for _ in range(request["runs"]):
                start = time.perf_counter()
                network(images)
                answer.append((time.perf_counter() - start) * 1000)
        else:
            answer = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
