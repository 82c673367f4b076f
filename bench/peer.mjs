/** Child processes that answer a JSON object a line with a JSON value a line. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export class Peer {
  #process;
  #waiting = [];

  constructor(command, args) {
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#process.stdout }).on('line', (line) =>
      this.#waiting.shift()?.resolve(JSON.parse(line)),
    );
    this.#process.on('close', (code) => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error(`${command} ended with ${code}.`));
    });
  }

  ask(request) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    });
  }

  end() {
    this.#process.stdin.end();
  }
}

/** A Python with PyTorch: HIFUSE_PYTHON, or the environment that python-peers.sh made; null if there is none. */
export function pythonWithTorch() {
  const candidates = [process.env.HIFUSE_PYTHON, join(import.meta.dirname, '../.cache/peers/bin/python')];
  return candidates.find((path) => path && existsSync(path)) ?? null;
}

/** The shortest of all, and the middle. */
export function summary(milliseconds) {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  return { best: sorted[0], median: sorted[Math.floor(sorted.length / 2)] };
}
