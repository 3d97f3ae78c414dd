"""The peer of bench/training: the same network and learning in plain NumPy, one process, run live.

Literal recursive least squares per neuron, as a notebook user writes it: k = P q, P -= outer(k, q P) / (1 + q k),
w += e P q. Independent of any published code; prints seconds of an untrained and of a training loop as JSON.
Usage: numpy_peer.py N steps
"""

import json
import sys
import time

import numpy as np

N, steps = int(sys.argv[1]), int(sys.argv[2])
stim = steps // 5
rng = np.random.RandomState(0)
h, b, alpha, p, g, reset, nqif = 0.1, 0.2, 0.25, 0.3, 0.5, -12.3, N // 2
x, r = 2 * np.pi * rng.rand(N), np.zeros(N)
drive = 20 * (2 * rng.rand(N) - 1)
W = rng.randn(N, N) * (rng.rand(N, N) < p) * g / np.sqrt(p * N)
np.fill_diagonal(W, 0)
rows = [np.flatnonzero(W[i]) for i in range(N)]
for i, s in enumerate(rows):
    W[i, s] -= W[i, s].mean()
P = [np.eye(len(s)) / alpha for s in rows]
t = np.arange(steps) * 2 * np.pi / steps
cycles = np.where(rng.permutation(N) < N // 2, 1, 5)
target = 4 * rng.rand(N)[:, None] * np.cos(cycles[:, None] * t + 2 * np.pi * rng.rand(N)[:, None])
qif = np.arange(N) < nqif


def drift(x, current, noise):
    c = np.cos(x)
    return np.where(qif, 1 - c + current * (1 + c), current - x) + noise


def loop(learning):
    global x, r
    for it in range(steps):
        current = W @ r + (drive if it < stim else 0)
        middle = x + h / 2 * drift(x, current, rng.randn(N))
        new = x + h * drift(middle, current, rng.randn(N))
        distance = (np.pi - x % (2 * np.pi)) % (2 * np.pi)
        fired = np.where(qif, new - x > distance, new > 0)
        x = np.where(fired & ~qif, reset, new)
        r = r * (1 - h * b + (h * b) ** 2 / 2) + b * fired
        if learning and it > stim:
            error = target[:, it] - W @ r
            for i, s in enumerate(rows):
                q = r[s]
                k = P[i] @ q
                P[i] -= np.outer(k, q @ P[i]) / (1 + q @ k)
                W[i, s] += error[i] * (P[i] @ q)


times = []
for learning in (False, True):
    start = time.perf_counter()
    loop(learning)
    times.append(time.perf_counter() - start)
print(json.dumps({"peer": f"NumPy {np.__version__}", "N": N, "steps": steps, "untrainedSeconds": times[0], "trainingSeconds": times[1]}))
