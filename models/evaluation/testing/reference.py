"""Writes reference.json: what the metrics of models/evaluation must give, each computed from its definition.

Nothing is shared with the TypeScript: AUROC counts pairs, average precision walks all thresholds, the binomial tail
is summed from exact integers. Run with Python 3 and numpy.
"""

import json
import math
import pathlib

import numpy

rng = numpy.random.default_rng(7)
CASES, CLASSES = 60, 3
truth = rng.choice(CLASSES, CASES, p=[0.5, 0.35, 0.15])
scores = rng.normal(size=(CASES, CLASSES)) + 1.2 * numpy.eye(CLASSES)[truth]
probabilities = numpy.exp(scores) / numpy.exp(scores).sum(1, keepdims=True)
probabilities = numpy.round(probabilities, 1)  # Many ties.
probabilities[:, 2] = 1 - probabilities[:, 0] - probabilities[:, 1]
probabilities = numpy.clip(numpy.round(probabilities, 1), 0, 1)
probabilities /= probabilities.sum(1, keepdims=True)
called = probabilities.argmax(1)
confidence = probabilities.max(1)


def share(part, whole):
    return float(part / whole) if whole else None


def auroc(score, positive):
    pairs = [(a > b) + 0.5 * (a == b) for a in score[positive] for b in score[~positive]]
    return float(numpy.mean(pairs))


def average_precision(score, positive):
    total, recall_before = 0.0, 0.0
    for threshold in sorted(set(score), reverse=True):
        chosen = score >= threshold
        recall = (chosen & positive).sum() / positive.sum()
        total += (recall - recall_before) * (chosen & positive).sum() / chosen.sum()
        recall_before = recall
    return float(total)


def ece(bins=15):
    total = 0.0
    for b in range(bins):
        inside = (confidence > b / bins) & (confidence <= (b + 1) / bins)
        if inside.any():
            accuracy = (truth == called)[inside].mean()
            total += inside.sum() / CASES * abs(accuracy - confidence[inside].mean())
    return float(total)


per_class = []
for c in range(CLASSES):
    is_c, said_c = truth == c, called == c
    hits = int((is_c & said_c).sum())
    per_class.append(
        {
            "n": int(is_c.sum()),
            "precision": share(hits, said_c.sum()),
            "recall": share(hits, is_c.sum()),
            "specificity": share((~is_c & ~said_c).sum(), (~is_c).sum()),
            "f1": share(2 * hits, is_c.sum() + said_c.sum()),
            "auroc": auroc(probabilities[:, c], is_c),
            "averagePrecision": average_precision(probabilities[:, c], is_c),
        }
    )

reference = {
    "cases": [{"label": int(t), "probabilities": p.tolist()} for t, p in zip(truth, probabilities)],
    "metrics": {
        "n": CASES,
        "accuracy": float((truth == called).mean()),
        "balancedAccuracy": float(numpy.mean([one["recall"] for one in per_class])),
        "macroF1": float(numpy.mean([one["f1"] for one in per_class])),
        "logLoss": float(-numpy.log(numpy.maximum(probabilities[range(CASES), truth], 2.0**-52)).mean()),
        "ece": ece(),
        "perClass": per_class,
        "confusion": [[int(((truth == t) & (called == p)).sum()) for p in range(CLASSES)] for t in range(CLASSES)],
    },
    "mcnemar": [
        {"onlyFirst": b, "onlySecond": c, "p": min(1.0, 2 * sum(math.comb(b + c, k) for k in range(min(b, c) + 1)) / 2 ** (b + c))}
        for b, c in [(0, 0), (5, 1), (10, 10), (40, 21), (300, 240)]
    ],
}
path = pathlib.Path(__file__).with_name("reference.json")
path.write_text(json.dumps(reference, indent=1) + "\n")
