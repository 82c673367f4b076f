/** Tries one engine on one device: load, self-test, comparison with the processor, time. Never throws. */
import { english } from '../../models/texts/texts.ts';
import { toErrorValue, type ErrorCode } from '../../models/errors.ts';
import type { SelfTest } from '../../models/package/manifest.ts';
import { runSelfTest, selfTestBatch } from './self-test.ts';
import type { DeviceReport } from '../protocol.ts';
import { POLICY, type Candidate } from './devices.ts';
import type { Batch, Engine, EngineName, LoadedModel, Session } from './engine.ts';
import type { Machine } from './machine.ts';
import { rowsOf } from './rows.ts';

/** What trying needs of the world; a test passes its own. */
export interface Surroundings {
  machine: Machine;
  /** Loaded lazily: an engine that nobody asks for is never imported. */
  engines: Readonly<Record<EngineName, () => Promise<Engine>>>;
  /** Milliseconds of a small product on a device, null where the engine has no such test; rejects without the device. */
  testProduct(candidate: Candidate): Promise<number | null>;
  /** Milliseconds, monotonic. */
  now(): number;
}

/** A session that passed. */
export interface Passed {
  ok: true;
  candidate: Candidate;
  session: Session;
  /** Of the self-test. */
  deviation: number;
  millisecondsPerImage: number;
}

export interface Failed {
  ok: false;
  candidate: Candidate;
  /** `unavailable`: cannot be had here. `rejected`: is there, but must not be used. */
  status: 'unavailable' | 'rejected';
  code: ErrorCode;
  /** Sentences for the reader: what is wrong and what to do. */
  reason: string;
  deviation: number | null;
}

export type Trial = Passed | Failed;

/** What a candidate must agree with: the processor's own answers to the self-test. */
export type Reference = SelfTest['logits'];

/** What hinders a candidate, without trying. `expected` things count only where nobody asked for this very device. */
export function hindrance(candidate: Candidate, machine: Machine, asked: boolean): string | null {
  const missing = candidate.requirements.find((need) => !need.met(machine) && !(asked && need.strength === 'expected'));
  return missing ? [missing.reason, missing.remedy].filter(Boolean).join(' ') : null;
}

/** What a session answers to the self-test, one row per image. */
export async function answersOf(session: Session, selfTest: SelfTest): Promise<Reference> {
  return rowsOf((await session.run(selfTestBatch(selfTest))).logits);
}

/**
 * Loads the model on the candidate's device and examines it. A session that does not pass is disposed of.
 * @param reference null where the processor itself is tried, or where somebody asked for this very device: then it is
 *   not turned down for being slow either.
 */
export async function tryCandidate(
  candidate: Candidate,
  model: LoadedModel,
  selfTest: SelfTest,
  reference: Reference | null,
  world: Surroundings,
): Promise<Trial> {
  let session: Session | null = null;
  try {
    const engine = await world.engines[candidate.engine]();
    const product = reference && (await world.testProduct(candidate));
    if (product !== null && product > POLICY.testProductMilliseconds) {
      const reason =
        `It multiplied two matrices in ${product.toFixed(0)} ms; a graphics processor needs less than ` +
        `${POLICY.testProductMilliseconds} ms. This driver computes in software, slower than the processor does.`;
      return failed(candidate, 'rejected', 'engine.unavailable', reason);
    }
    session = await engine.load(model, candidate.device);
    const trial = await examine(candidate, session, selfTest, reference, world.now);
    if (!trial.ok) await session.dispose();
    return trial;
  } catch (error) {
    if (!session) return failed(candidate, 'unavailable', unavailableCode(error), sentence(error));
    await session.dispose();
    return failed(
      candidate,
      'rejected',
      toErrorValue(error).code,
      `The self-test could not be run: ${sentence(error)}`,
    );
  }
}

/** A trial as the reader sees it. */
export function reportOf(trial: Trial, status: DeviceReport['status'], reason: string): DeviceReport {
  return {
    engine: trial.candidate.engine,
    device: trial.candidate.device,
    status,
    reason,
    selfTestDeviation: trial.deviation,
    millisecondsPerImage: trial.ok ? trial.millisecondsPerImage : null,
  };
}

async function examine(
  candidate: Candidate,
  session: Session,
  selfTest: SelfTest,
  reference: Reference | null,
  now: () => number,
): Promise<Trial> {
  const start = now();
  const { deviation, tolerance, ok } = await runSelfTest(session, selfTest);
  const first = (now() - start) / (selfTest.input.shape[0] ?? 1);
  const tooFar = (from: string, by: number) =>
    failed(
      candidate,
      'rejected',
      'model.self-test-failed',
      `Its answer to the model's self-test differs from ${from} by ${by.toPrecision(2)}; ${tolerance.toPrecision(2)} is allowed.`,
      deviation,
    );
  if (!ok) return tooFar('the expected one', deviation);
  if (reference) {
    const compared = await runSelfTest(session, { ...selfTest, logits: reference });
    if (!compared.ok) return tooFar("the processor's", compared.deviation);
  }
  const slow = first > POLICY.slowMilliseconds;
  const millisecondsPerImage = slow ? first : await timeOneImage(session, selfTest, now);
  return { ok: true, candidate, session, deviation, millisecondsPerImage };
}

/** Shortest time of one image by itself, in milliseconds: a busy machine only ever adds time. */
async function timeOneImage(session: Session, selfTest: SelfTest, now: () => number): Promise<number> {
  const { data, size } = selfTestBatch(selfTest);
  const image: Batch = { data: data.slice(0, data.length / size), size: 1 };
  const start = now();
  let best = Infinity;
  for (let run = 0; run < POLICY.timedRuns && (run === 0 || now() - start < POLICY.timedMilliseconds); run++) {
    const before = now();
    await session.run(image);
    best = Math.min(best, now() - before);
  }
  return best;
}

function failed(
  candidate: Candidate,
  status: Failed['status'],
  code: ErrorCode,
  reason: string,
  deviation: number | null = null,
): Failed {
  return { ok: false, candidate, status, code, reason, deviation };
}

/** What a package lacks is the package's fault, not the device's. */
function unavailableCode(error: unknown): ErrorCode {
  const { code } = toErrorValue(error);
  return code.startsWith('model.') ? code : 'engine.unavailable';
}

/** The first line of what went wrong, as a sentence. */
function sentence(error: unknown): string {
  const line = english.error(toErrorValue(error)).split('\n')[0]!.trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
