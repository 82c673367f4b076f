/** The time that a frame may take. It counts from when its bytes are there: a slow drive is no damage. */

const BASE_MS = 8_000;

/**
 * Microseconds of a sample: about ten times what decoders take in WebAssembly on a machine that has nothing else to do
 * (bench/RESULTS.md).
 */
export const RATES = { wavelet: 2, other: 0.3 } as const;

/** Milliseconds for decoding and preparing a frame of so many samples. */
export const decodingMilliseconds = (samples: number, rate: number): number => BASE_MS + (samples * rate) / 1000;

let listener: (milliseconds: number) => void = () => undefined;

/** Whoever ends the work when its time is up, is told when that begins. */
export function onClockStart(told: (milliseconds: number) => void): void {
  listener = told;
}

/** The bytes of a frame of so many samples are read; from here on its time counts. */
export function startClock(samples: number, rate: number = RATES.other): void {
  listener(decodingMilliseconds(samples, rate));
}
