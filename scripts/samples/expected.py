"""What PyTorch answers to pictures of this project with the bundled model: the reference of worker/import/bundled.test.ts.

    python3 scripts/samples/expected.py    (needs torch, numpy and Pillow; writes worker/import/fixtures/pytorch-logits.json)

The network is bench/hifuse_torch.py, an implementation of its own; the picture goes through Pillow alone, as torchvision's
Resize((224, 224)) and Normalize would do it.
"""
import json
import sys
from pathlib import Path

import numpy
import torch
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "bench"))
from hifuse_torch import HiFuse  # noqa: E402

MODEL = ROOT / "models/bundled/chest-xray-nano"
PICTURES = [
    *sorted((ROOT / "samples").glob("*-phantom.png")),
    *sorted((ROOT / "samples").glob("*-phantom.jpg")),
    *sorted((ROOT / "worker/imaging/fixtures/preprocess").glob("*.png")),
    *sorted((ROOT / "worker/imaging/fixtures/preprocess").glob("*.jpg")),
]
TYPES = {"F16": "<f2", "F32": "<f4", "I64": "<i8"}


def read_safetensors(path):
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8 : 8 + length]).items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        values = numpy.frombuffer(data[begin:end], TYPES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = torch.from_numpy(values.astype("f4"))
    return tensors


@torch.inference_mode()
def main():
    manifest = json.loads((MODEL / "manifest.json").read_text())
    shape, preprocessing = manifest["architecture"], manifest["preprocessing"]
    assert preprocessing["geometry"] == "stretch-224" and not preprocessing["exifOrientation"]
    classes = len(manifest["classes"])
    network = HiFuse(shape["width"], shape["depths"], shape["heads"], classes, shape["irmlp"] == "depthwise")
    weights = read_safetensors(MODEL / "weights.safetensors")
    own = network.state_dict()
    network.load_state_dict({name: weights.get(name, value) for name, value in own.items()})
    network.eval()
    mean, std = (torch.tensor(preprocessing[key]).view(3, 1, 1) for key in ("mean", "std"))
    logits = {}
    for path in PICTURES:
        picture = Image.open(path).convert("RGB").resize((224, 224), Image.BILINEAR)
        values = torch.from_numpy(numpy.array(picture)).permute(2, 0, 1).float() / 255
        answer = network(((values - mean) / std)[None])[0]
        logits[path.relative_to(ROOT).as_posix()] = [round(float(value), 6) for value in answer]
    expected = {"weightsSha256": manifest["weights"]["sha256"], "logits": logits}
    (ROOT / "worker/import/fixtures/pytorch-logits.json").write_text(json.dumps(expected, indent=2) + "\n")


main()
