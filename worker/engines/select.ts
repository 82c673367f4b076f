/**
 * Chooses the engine and the device that run a model, by the order and policy in devices.ts. Nothing falls back
 * unseen: every device that was passed over has a report that says why.
 */
import type { DeviceChoice, EngineChoice, EngineName } from '../../models/devices.ts';
import { HifuseError, toErrorValue } from '../../models/errors.ts';
import type { SelfTest } from '../../models/package/manifest.ts';
import type { ErrorArguments, Reason } from '../../models/texts/codes.ts';
import { reason } from '../../models/warnings.ts';
import type { DeviceReport } from '../protocol.ts';
import { CANDIDATES, hindrance, POLICY, thisMachine, type Candidate, type Machine } from './devices.ts';
import type { Batch, Engine, LoadedModel, Session } from './engine.ts';
import { rowsOf } from './rows.ts';
import { runSelfTest, selfTestBatch } from './self-test.ts';

/** Where a model should run. */
export interface Place {
  engine: EngineChoice;
  device: DeviceChoice;
}

export interface OpenedSession {
  session: Session;
  /** One for each engine and device, in the order of trying; one of them is `running`. */
  devices: DeviceReport[];
}

/** What choosing needs of the world; a test passes its own. */
export interface DeviceWorld {
  machine: Machine;
  /** Loaded lazily: an engine that nobody asks for is never imported. */
  engines: Readonly<Record<EngineName, () => Promise<Engine>>>;
  /** Milliseconds of a small product on a device, null where the engine has no such test; rejects without the device. */
  testProduct(candidate: Candidate): Promise<number | null>;
  /** Milliseconds, monotonic. */
  now(): number;
}

function thisWorld(): DeviceWorld {
  return {
    machine: thisMachine(),
    engines: {
      onnx: async () => (await import('./onnx/engine.ts')).onnxEngine,
      tfjs: async () => (await import('./tfjs/engine.ts')).tfjsEngine,
    },
    testProduct: async ({ engine, device }) =>
      engine === 'onnx' ? (await import('./onnx/test-product.ts')).testProduct(device) : null,
    now: () => performance.now(),
  };
}

/**
 * Loads a model where it should run, or for `auto` on the first device that passes the self-test, agrees with the
 * processor and is faster than it; else on the processor.
 *
 * Throws `engine.unavailable` where the device that was asked for cannot be had, `model.self-test-failed` where it
 * answers wrongly, and `model.*` where the package is at fault.
 */
export async function openSession(
  model: LoadedModel,
  selfTest: SelfTest,
  place: Place,
  world: DeviceWorld = thisWorld(),
): Promise<OpenedSession> {
  const trials = new Trials(model, selfTest, world, place.device !== 'auto');
  const candidates = candidatesOf(place);
  const chosen = place.device === 'auto' ? await trials.fastest(candidates) : await trials.firstThatPasses(candidates);
  if (!chosen) throw trials.failure(place);
  return { session: chosen.session, devices: trials.reports(place) };
}

/** Tries every device of the engine (of every engine for `auto`), keeps none, and says how each did. */
export async function probeDevices(
  model: LoadedModel,
  selfTest: SelfTest,
  { engine }: Place,
  world: DeviceWorld = thisWorld(),
): Promise<DeviceReport[]> {
  const everywhere: Place = { engine, device: 'auto' };
  const trials = new Trials(model, selfTest, world, false);
  await trials.every(candidatesOf(everywhere));
  return trials.reports(everywhere);
}

function candidatesOf({ engine, device }: Place): Candidate[] {
  return CANDIDATES.filter(
    (candidate) =>
      (engine === 'auto' || candidate.engine === engine) && (device === 'auto' || candidate.device === device),
  );
}

/** A candidate that passed. */
interface Passed {
  candidate: Candidate;
  session: Session;
  /** Of the self-test. */
  deviation: number;
  millisecondsPerImage: number;
}

/** Why a candidate cannot be had here (`unavailable`), or is there but must not be used (`rejected`). */
interface Failed {
  candidate: Candidate;
  status: 'unavailable' | 'rejected';
  error: HifuseError;
  deviation: number | null;
}

const failed = (
  candidate: Candidate,
  status: Failed['status'],
  error: HifuseError,
  deviation: number | null = null,
): Failed => ({ candidate, status, error, deviation });

/** What else than a missing device keeps a model from running; told before what the machine lacks. */
const CANNOT_RUN = ['engine.failed', 'model.self-test-failed', 'model.missing-tensor', 'model.shape-mismatch'] as const;

/** The trials of one choice: which candidates were tried, and what came of each. */
class Trials {
  readonly #model: LoadedModel;
  readonly #selfTest: SelfTest;
  readonly #world: DeviceWorld;
  /** Somebody asked for this very device: it is tried even where it is not to be expected, and may be slow. */
  readonly #asked: boolean;
  readonly #failures: Failed[] = [];
  readonly #reports = new Map<Candidate, DeviceReport>();

  constructor(model: LoadedModel, selfTest: SelfTest, world: DeviceWorld, asked: boolean) {
    this.#model = model;
    this.#selfTest = selfTest;
    this.#world = world;
    this.#asked = asked;
  }

  /** The first candidate that passes, in order. */
  async firstThatPasses(candidates: readonly Candidate[]): Promise<Passed | null> {
    const passed = await this.#first(candidates);
    return passed && this.#choose(passed, reason('device.chosen-by-you'));
  }

  /** The first candidate that is faster than the processor, in order; else the processor. */
  async fastest(candidates: readonly Candidate[]): Promise<Passed | null> {
    const processor = await this.#first(candidates.filter(isProcessor));
    if (!processor) return null;
    const others = candidates.filter((candidate) => !isProcessor(candidate) && !this.#hindered(candidate));
    if (others.length === 0) return this.#choose(processor, reason('device.nothing-faster'));

    const reference = await answersOf(processor.session, this.#selfTest);
    for (const candidate of others) {
      const passed = await this.#try(candidate, reference);
      if (!passed) continue;
      const speedUp = speedUpOf(passed, processor);
      if (speedUp >= POLICY.leastSpeedUp) {
        await this.#pass(processor, reason('device.slower'));
        return this.#choose(passed, reason('device.faster', { times: Math.round(speedUp * 10) / 10 }));
      }
      await this.#pass(passed, notFaster(passed, processor));
    }
    return this.#choose(processor, reason('device.none-faster'));
  }

  /** Tries every candidate and keeps none. */
  async every(candidates: readonly Candidate[]): Promise<void> {
    const processor = await this.#first(candidates.filter(isProcessor));
    const reference = processor && (await answersOf(processor.session, this.#selfTest));
    if (processor) await this.#pass(processor, reason('device.works'));
    for (const candidate of candidates) {
      if (this.#reports.has(candidate)) continue;
      const passed = await this.#try(candidate, reference);
      if (!passed) continue;
      const slow = processor && speedUpOf(passed, processor) < POLICY.leastSpeedUp;
      await this.#pass(passed, slow ? notFaster(passed, processor) : reason('device.works'));
    }
  }

  /** Why no device could be had: what is wrong with each that was looked at, and what to do. */
  failure(place: Place): HifuseError {
    if (this.#failures.length === 0) {
      const devices = candidatesOf({ ...place, device: 'auto' }).map(({ device }) => device);
      const details = { reason: 'nothing-runs', ...place, devices: [...new Set(devices)].join(', ') } as const;
      return new HifuseError('engine.unavailable', details);
    }
    const code = CANNOT_RUN.find((one) => this.#failures.some(({ error }) => error.code === one));
    const cause = this.#failures.map(
      ({ candidate, error }) => new HifuseError('engine.unavailable', { reason: candidate.title }, { cause: error }),
    );
    // The compiler cannot see that each of these codes has these reasons.
    const details = { reason: place.device === 'auto' ? 'on-no-device' : 'on-chosen-device' };
    return new HifuseError(...([code ?? 'engine.unavailable', details, { cause }] as unknown as ErrorArguments));
  }

  /** A report for every candidate: those that nobody looked at, too. */
  reports({ device }: Place): DeviceReport[] {
    return CANDIDATES.map((candidate) => {
      const report = this.#reports.get(candidate);
      if (report) return report;
      const missing = hindrance(candidate, this.#world.machine, false);
      return missing
        ? reportOf(candidate, { status: 'unavailable', error: toErrorValue(missingError(missing)) })
        : reportOf(candidate, {
            status: 'not-tried',
            reason: reason(device === 'auto' ? 'device.not-needed' : 'device.not-asked-for'),
          });
    });
  }

  /** The first candidate that passes, compared with nothing. */
  async #first(candidates: readonly Candidate[]): Promise<Passed | null> {
    for (const candidate of candidates) {
      const passed = await this.#try(candidate, null);
      if (passed) return passed;
    }
    return null;
  }

  async #try(candidate: Candidate, reference: Reference | null): Promise<Passed | null> {
    if (this.#hindered(candidate)) return null;
    const trial = await tryCandidate(candidate, this.#model, this.#selfTest, reference, this.#world);
    if (!('error' in trial)) return trial;
    this.#fail(trial);
    return null;
  }

  /** Whether a candidate need not be tried; reports why not. */
  #hindered(candidate: Candidate): boolean {
    const missing = hindrance(candidate, this.#world.machine, this.#asked);
    if (missing) this.#fail(failed(candidate, 'unavailable', missingError(missing)));
    return missing !== null;
  }

  #fail(failure: Failed): void {
    this.#failures.push(failure);
    const { candidate, status, error, deviation } = failure;
    this.#reports.set(candidate, reportOf(candidate, { status, error: toErrorValue(error) }, deviation));
  }

  #choose(passed: Passed, why: Reason): Passed {
    this.#report(passed, { status: 'running', reason: why });
    return passed;
  }

  /** Passes over a candidate that works. */
  async #pass(passed: Passed, why: Reason): Promise<void> {
    this.#report(passed, { status: 'available', reason: why });
    await passed.session.dispose();
  }

  #report(passed: Passed, outcome: { status: 'running' | 'available'; reason: Reason }): void {
    const { candidate, deviation, millisecondsPerImage } = passed;
    this.#reports.set(candidate, reportOf(candidate, outcome, deviation, millisecondsPerImage));
  }
}

const isProcessor = ({ device }: Candidate): boolean => device === 'cpu';
const speedUpOf = (passed: Passed, processor: Passed): number =>
  processor.millisecondsPerImage / passed.millisecondsPerImage;

const notFaster = (passed: Passed, processor: Passed): Reason =>
  reason('device.not-faster', {
    its: Math.round(passed.millisecondsPerImage),
    processors: Math.round(processor.millisecondsPerImage),
  });

const missingError = (missing: NonNullable<ReturnType<typeof hindrance>>): HifuseError =>
  new HifuseError('engine.unavailable', { reason: missing });

type DeviceOutcome =
  | Pick<Extract<DeviceReport, { reason: Reason }>, 'status' | 'reason'>
  | Pick<Exclude<DeviceReport, { reason: Reason }>, 'status' | 'error'>;

const reportOf = (
  { engine, device }: Candidate,
  outcome: DeviceOutcome,
  selfTestDeviation: number | null = null,
  millisecondsPerImage: number | null = null,
): DeviceReport => ({ engine, device, ...outcome, selfTestDeviation, millisecondsPerImage });

/** What a candidate must agree with: the processor's own answers to the self-test. */
type Reference = SelfTest['logits'];

/** What a session answers to the self-test, one row per image. */
export async function answersOf(session: Session, selfTest: SelfTest): Promise<Reference> {
  return rowsOf((await session.run(selfTestBatch(selfTest))).logits);
}

/**
 * Loads the model on the candidate's device and examines it: self-test, comparison with the processor, time. Never
 * throws. A session that does not pass is disposed of.
 * @param reference null where the processor itself is tried, or where somebody asked for this very device: then it is
 *   not turned down for being slow either.
 */
async function tryCandidate(
  candidate: Candidate,
  model: LoadedModel,
  selfTest: SelfTest,
  reference: Reference | null,
  world: DeviceWorld,
): Promise<Passed | Failed> {
  let session: Session | null = null;
  try {
    const engine = await world.engines[candidate.engine]();
    const product = reference && (await world.testProduct(candidate));
    if (product !== null && product > POLICY.testProductMilliseconds) {
      const [milliseconds, most] = [Math.round(product), POLICY.testProductMilliseconds];
      const details = { reason: 'software', milliseconds, most } as const;
      return failed(candidate, 'rejected', new HifuseError('engine.unavailable', details));
    }
    session = await engine.load(model, candidate.device);
    const trial = await examine(candidate, session, selfTest, reference, world.now);
    if ('error' in trial) await session.dispose();
    return trial;
  } catch (error) {
    await session?.dispose();
    return session
      ? failed(candidate, 'rejected', new HifuseError('engine.failed', { reason: 'in-self-test' }, { cause: error }))
      : failed(candidate, 'unavailable', whyUnavailable(error));
  }
}

async function examine(
  candidate: Candidate,
  session: Session,
  selfTest: SelfTest,
  reference: Reference | null,
  now: () => number,
): Promise<Passed | Failed> {
  const tooFar = (why: 'differs' | 'differs-from-processor', deviation: number, tolerance: number) =>
    new HifuseError('model.self-test-failed', {
      reason: why,
      deviation: deviation.toPrecision(2),
      tolerance: tolerance.toPrecision(2),
    });
  const start = now();
  const { deviation, tolerance, ok } = await runSelfTest(session, selfTest);
  const first = (now() - start) / (selfTest.input.shape[0] ?? 1);
  if (!ok) return failed(candidate, 'rejected', tooFar('differs', deviation, tolerance), deviation);
  if (reference) {
    const compared = await runSelfTest(session, { ...selfTest, logits: reference });
    if (!compared.ok) {
      const error = tooFar('differs-from-processor', compared.deviation, tolerance);
      return failed(candidate, 'rejected', error, deviation);
    }
  }
  const slow = first > POLICY.slowMilliseconds;
  const millisecondsPerImage = slow ? first : await timeOneImage(session, selfTest, now);
  return { candidate, session, deviation, millisecondsPerImage };
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

/** What a package lacks is the package's fault; anything else is the device's. */
function whyUnavailable(error: unknown): HifuseError {
  const ours = error instanceof HifuseError && (error.code.startsWith('model.') || error.code === 'engine.unavailable');
  return ours ? error : new HifuseError('engine.unavailable', { reason: 'not-loaded' }, { cause: error });
}
