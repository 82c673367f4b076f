/** Decoding: a CT slice, the heavy codecs against the commands of DCMTK and GDCM, and a folder of 1,000 slices. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { applyVoi } from '../dist/models/imaging/voi.js';
import { encodeDicom } from '../dist/worker/imaging/dicom/write.js';
import { decodeFrame } from '../dist/worker/imaging/index.js';
import { createImagingPool } from '../dist/worker/imaging/pool.js';
import { phantom } from '../dist/worker/imaging/testing/image.js';

export const title = 'Decoding';

const LARGE = 2048;
const ROUNDS = 5;
const SLICES = 1000;
/** Twelve bits in sixteen, noisy enough to be no gift to a codec. */
const description = {
  SOPClassUID: '1.2.840.10008.5.1.4.1.1.2',
  StudyInstanceUID: '2.25.2',
  SeriesInstanceUID: '2.25.3',
  Modality: 'CT',
  SamplesPerPixel: 1,
  PhotometricInterpretation: 'MONOCHROME2',
  BitsAllocated: 16,
  BitsStored: 12,
  HighBit: 11,
  PixelRepresentation: 0,
  RescaleSlope: 1,
  RescaleIntercept: -1024,
  WindowCenter: 40,
  WindowWidth: 400,
};

const CODECS = [
  { name: 'JPEG 2000 lossless', encode: ['gdcmconv', '--j2k'], peers: [['gdcmconv', '--raw']] },
  { name: 'JPEG-LS lossless', encode: ['dcmcjpls'], peers: [['dcmdjpls'], ['gdcmconv', '--raw']] },
  { name: 'JPEG lossless', encode: ['dcmcjpeg'], peers: [['dcmdjpeg'], ['gdcmconv', '--raw']] },
  { name: 'RLE', encode: ['dcmcrle'], peers: [['dcmdrle'], ['gdcmconv', '--raw']] },
];

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'hifuse-bench-'));
  try {
    return [await slice(folder), await codecs(folder), await study(folder)].join('\n\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function write(path, side, values = {}) {
  const PixelData = phantom(side, side, 12);
  writeFileSync(
    path,
    encodeDicom({ SOPInstanceUID: '2.25.1', ...description, Rows: side, Columns: side, PixelData, ...values }),
  );
  return path;
}

async function slice(folder) {
  const path = write(join(folder, 'ct.dcm'), 512);
  const times = [];
  for (let i = 0; i < 60; i++) {
    const start = performance.now();
    applyVoi(await decodeFrame(path, 0), null);
    times.push(performance.now() - start);
  }
  return `CT slice of 512 x 512, 16 bits, uncompressed: parse, decode and window in **${median(times.slice(10))} ms** (limit 5 ms).`;
}

/** Processor time, since both sides run on one core and the machine may have other work. */
async function codecs(folder) {
  const rows = [];
  for (const { name, encode, peers } of CODECS) {
    const [tool, ...args] = encode;
    if (spawnSync(tool, ['--version']).error) {
      rows.push([name, `skipped: ${tool} is not installed`, '', '']);
      continue;
    }
    const [large, small] = [LARGE, 16].map((side) => {
      const path = join(folder, `${side}.dcm`);
      execFileSync(tool, [...args, write(join(folder, 'plain.dcm'), side), path]);
      return path;
    });
    await decodeFrame(large, 0);
    const ours = await least(async () => {
      const start = process.cpuUsage();
      await decodeFrame(large, 0);
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1000;
    });
    for (const peer of peers) {
      const command = (file) => () => processorTime([...peer, file, join(folder, 'out.dcm')]);
      // The same command on a tiny file is what starting it costs.
      const theirs = (await least(command(large))) - (await least(command(small)));
      rows.push([name, ours.toFixed(0), `${peer[0]} ${theirs.toFixed(0)}`, (ours / theirs).toFixed(2)]);
      console.error(rows.at(-1).join('  '));
    }
  }
  return [
    `2048 x 2048, 12 bits, milliseconds of processor time, best of ${ROUNDS}; the command's start is taken off. Ours includes the range of the values and the automatic window, theirs writes a file. Limit of the ratio: 1.5.`,
    '',
    table(['codec', 'this project', 'command', 'ratio'], rows),
  ].join('\n');
}

/** User and system time of a command, in milliseconds. */
function processorTime(command) {
  const quoted = command.map((part) => `'${part}'`).join(' ');
  const script = `TIMEFORMAT='%U %S'; time ${quoted} >/dev/null 2>&1`;
  const { stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  return stderr
    .trim()
    .split(' ')
    .reduce((sum, seconds) => sum + Number(seconds) * 1000, 0);
}

async function study(folder) {
  const paths = Array.from({ length: SLICES }, (_, i) => {
    const path = join(folder, `slice-${i}.dcm`);
    if (i === 0) return write(path, 512);
    const header = encodeDicom({
      ...description,
      SOPInstanceUID: `2.25.${i + 1}`,
      InstanceNumber: i,
      Rows: 512,
      Columns: 512,
      PixelData: new Uint16Array(),
    });
    new DataView(header.buffer).setUint32(header.length - 4, 512 * 512 * 2, true);
    writeFileSync(path, header);
    truncateSync(path, header.length + 512 * 512 * 2); // sparse: pixels that nobody reads need no disk
    return path;
  });
  const start = performance.now();
  const pool = createImagingPool({ threads: 2, timeoutMs: 10_000 });
  const headers = paths.map((path) => pool.header({ path }));
  await pool.frame({ path: paths[0], frame: 0 });
  const first = performance.now() - start;
  await Promise.all(headers);
  const list = performance.now() - start;
  await pool.close();
  return `A folder of ${SLICES} slices, threads started anew: first image after **${first.toFixed(0)} ms** (limit 300), all headers after **${list.toFixed(0)} ms** (limit 3000).`;
}

async function least(measure) {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) best = Math.min(best, await measure());
  return best;
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1].toFixed(2);

const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
