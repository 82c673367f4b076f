import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { HifuseError } from '../../models/errors.ts';
import type { Prediction } from '../../worker/protocol.ts';
import { readResult } from '../report/read-result.ts';
import { compare } from '../services/verify-report.ts';
import {
  fakeHeader,
  fakeInput,
  fakeManifest,
  fakeModel,
  fakePrediction,
  fakeRendering,
  fakeRequests,
} from '../testing/fakes.ts';
import { runCommandLine } from './run.ts';
import { commandServices } from '../testing/command-services.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'hifuse-verify-report-'));
const at = (name: string): string => path.join(folder, name);
let prediction: Prediction;
let png: Buffer;

const requests = fakeRequests({
  'model.load': () => Promise.resolve(fakeModel({ manifest: fakeManifest() })),
  'model.classify': ({ images }) => Promise.resolve(images.map(() => ({ ok: true, prediction }))),
  'model.input': () => Promise.resolve(fakeInput(prediction.content)),
  'image.header': ({ path: file }) => Promise.resolve(fakeHeader(file)),
  'image.render': () =>
    Promise.resolve({ ...fakeRendering, png: new Uint8Array(png), width: 40, height: 30, content: prediction.content }),
});

async function hifuse(...argv: string[]) {
  let [out, err] = ['', ''];
  const stream = (add: (text: string) => void) =>
    new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        add(chunk.toString());
        done();
      },
    });
  const status = await runCommandLine(argv, {
    stdout: stream((text) => (out += text)),
    stderr: stream((text) => (err += text)),
    signal: new AbortController().signal,
    language: () => 'en',
    openServices: () => commandServices(requests, { model: 'chest', dataDirectory: at('data') }),
  });
  return { status, out, err };
}

beforeAll(async () => {
  const raw = { width: 40, height: 30, channels: 1 } as const;
  png = await sharp(Buffer.alloc(1200, 100), { raw }).png().toBuffer();
  const made = fakePrediction({ path: at('a.dcm'), frame: 0 });
  const heatMaps = made.classes.map((_, classIndex) => ({
    classIndex,
    rows: 1,
    columns: 1,
    values: Float32Array.of(0.1),
  }));
  prediction = { ...made, heatMaps };
  const { status } = await hifuse('report', at('a.dcm'), '--out', at('r.pdf'), '--sign', '--reader', 'Dr. Reader');
  expect(status).toBe(0);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('signs the whole file with a key that nobody else can read', () => {
  expect(readFileSync(at('r.pdf.sig'))).toHaveLength(64);
  if (process.platform !== 'win32') expect(statSync(at('data/signing-key.pem')).mode & 0o777).toBe(0o600);
});

it('says what holds', async () => {
  const { status, out } = await hifuse('verify-report', at('r.pdf'), '--source', at('a.dcm'));
  expect(status).toBe(0);
  expect(out).toMatch(/The signature holds, by the key [0-9a-f]{64}\./);
  expect(out).toContain('Probability of normal: 0.7, now 0.7 (tolerance 0.0001)');
  expect(out).toContain('Nothing differs.');
});

it('finds any changed byte', async () => {
  const pdf = readFileSync(at('r.pdf'));
  for (const place of [0, 9, Math.floor(pdf.length / 2), pdf.length - 1]) {
    const changed = Buffer.from(pdf);
    changed[place]! ^= 1;
    writeFileSync(at('changed.pdf'), changed);
    writeFileSync(at('changed.pdf.sig'), readFileSync(at('r.pdf.sig')));
    const { status, out } = await hifuse('verify-report', at('changed.pdf'));
    // The first byte makes it no PDF at all.
    expect(status).toBe(place === 0 ? 2 : 1);
    if (place > 0) expect(out).toContain('The signature does not hold');
  }
});

it('holds for nobody else’s key', async () => {
  writeFileSync(
    at('other.pem'),
    '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n-----END PUBLIC KEY-----\n',
  );
  const { status } = await hifuse('verify-report', at('r.pdf'), '--key', at('other.pem'));
  expect(status).toBe(1);
});

const hasOpenssl = ((): boolean => {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8' }).startsWith('OpenSSL 3');
  } catch {
    return false;
  }
})();
it.skipIf(!hasOpenssl)('is verified by openssl, as the help says', () => {
  const verify = (file: string) =>
    execFileSync(
      'openssl',
      [
        'pkeyutl',
        '-verify',
        '-pubin',
        '-inkey',
        at('r.pdf.pub.pem'),
        '-rawin',
        '-in',
        file,
        '-sigfile',
        at('r.pdf.sig'),
      ],
      { encoding: 'utf8', stdio: 'pipe' },
    );
  expect(verify(at('r.pdf'))).toContain('Verified Successfully');
  writeFileSync(at('longer.pdf'), Buffer.concat([readFileSync(at('r.pdf')), Buffer.from(' ')]));
  expect(() => verify(at('longer.pdf'))).toThrow();
});

it('says what differs, and within which tolerance', () => {
  const report = readResult(readFileSync(at('r.pdf')), 'r.pdf');
  const moved = (by: number, changes: Partial<Prediction> = {}): Prediction => ({
    ...prediction,
    ...changes,
    classes: prediction.classes.map((one) => ({ ...one, probability: one.probability + by })),
  });
  const differing = (now: Prediction) =>
    compare(report, now)
      .filter(({ holds }) => !holds)
      .map(({ what }) => what);
  expect(differing(moved(5e-5))).toEqual([]);
  expect(differing(moved(1e-3))).toEqual(['probability', 'probability', 'probability']);
  expect(differing(moved(1e-3, { device: 'cuda' }))).toEqual([]);
  expect(differing({ ...prediction, content: { sha256: 'ee', fileVersion: '1' } })).toEqual(['pixels']);
  expect(differing(moved(NaN))).toEqual(['probability', 'probability', 'probability']);
});

it('refuses a file without a result of ours', async () => {
  expect(() => readResult(Buffer.from('%PDF-1.7 nothing'), 'x.pdf')).toThrow(HifuseError);
  writeFileSync(at('x.pdf'), '%PDF-1.7');
  expect((await hifuse('verify-report', at('x.pdf'))).status).toBe(2);
  expect((await hifuse('verify-report', at('none.pdf'))).status).toBe(2);
});

it('does not sign without a name', async () => {
  const { status, err } = await hifuse('report', at('a.dcm'), '--out', at('s.pdf'), '--sign');
  expect(status).toBe(2);
  expect(err).toContain('Say with --reader who signs.');
});
