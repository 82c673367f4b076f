/** The whole back end, with its real inference process and the bundled model, through the real client. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { UNCHANGED } from '../models/imaging/presentation.ts';
import { encodeDicom } from '../worker/imaging/dicom/write.ts';
import { grayscale } from '../worker/imaging/testing/image.ts';
import { connect } from './ipc/client.ts';
import type { Client, WorkerStatus } from './ipc/contract.ts';
import { PATHS } from './paths.ts';
import { start, type Serving } from './serve.ts';
import { Settings } from './services/settings.ts';
import { openStore } from './store/open.ts';
import { socketPage } from './testing/socket-page.ts';
import { StudyList } from './testing/study-list.ts';

const SIZE = 64;
const SLICES = 3;

/** A gradient with a disc in it. */
function picture(seed: number): Uint8Array {
  return Uint8Array.from({ length: SIZE * SIZE }, (_, i) => {
    const [x, y] = [i % SIZE, Math.floor(i / SIZE)];
    return Math.hypot(x - 20 - seed, y - 32) < 12 ? 220 : x + y;
  });
}

/** A slice of a CT series; slices are numbered against their position. */
function slice(number: number): Uint8Array {
  return encodeDicom({
    ...grayscale,
    SOPClassUID: '1.2.840.10008.5.1.4.1.1.2',
    SOPInstanceUID: `1.2.3.${number}`,
    StudyInstanceUID: '1.2.3',
    SeriesInstanceUID: '1.2.3.100',
    SeriesDescription: 'Phantom',
    Modality: 'CT',
    PatientName: 'Phantom^Test',
    PatientID: 'SYN',
    InstanceNumber: String(number),
    ImageOrientationPatient: ['1', '0', '0', '0', '1', '0'],
    ImagePositionPatient: ['0', '0', String(number * 5)],
    Rows: SIZE,
    Columns: SIZE,
    WindowCenter: '100',
    WindowWidth: '200',
    PixelData: Uint16Array.from(picture(number)),
  });
}

describe.skipIf(!existsSync(PATHS.workerEntry))('the back end (built by `npm run build`)', () => {
  let folder: string;
  let images: string;
  let serving: Serving;
  let client: Client;
  let list: StudyList;
  const statuses: WorkerStatus[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'hifuse-back-end-'));
    images = path.join(folder, 'images');
    await mkdir(path.join(images, 'ct'), { recursive: true });
    for (let number = 1; number <= SLICES; number++) {
      await writeFile(path.join(images, 'ct', `${9 - number}.dcm`), slice(number));
    }
    const raw = { raw: { width: SIZE, height: SIZE, channels: 1 as const } };
    await sharp(picture(0), raw).png().toFile(path.join(images, 'disc.png'));
    await writeFile(path.join(images, 'broken.dcm'), slice(1).subarray(0, 1000));
    await writeFile(path.join(images, 'notes.txt'), 'no image');
    serving = await start({ dataDirectory: path.join(folder, 'data'), renderer: folder });
    client = connect(socketPage(serving.address));
    list = new StudyList(client);
    client.subscribe('worker.status', (status) => statuses.push(status));
  });

  afterAll(async () => {
    await serving.close();
    await rm(folder, { recursive: true, force: true });
  });

  const idOf = (name: string): string => list.named(name).id;

  it('lists a folder: by series, pictures apart, what is no image counted, what is broken kept', async () => {
    const opened = new Promise((resolve) => client.subscribe('opening', resolve));
    await client.invoke('studies.open', { paths: [images] });
    await list.when((now) => now.images.size === SLICES + 2 && now.pending === 0);
    const ct = list.named('ct/8.dcm');
    expect(list.series.get(ct.seriesId!)).toMatchObject({ modality: 'CT', description: 'Phantom' });
    expect(list.named('ct/6.dcm').seriesId).toBe(ct.seriesId);
    expect(list.named('disc.png').seriesId).not.toBe(ct.seriesId);
    expect(list.skipped).toBe(1);
    expect(list.names).toContain('broken.dcm');
    expect(JSON.stringify(list.updates)).not.toContain(folder);
    expect(await opened).toMatchObject({ firstImageId: expect.stringMatching(/^image-/) as string });
  });

  it('tells a second page the same list, and what the first one opens to that one alone', async () => {
    const other = connect(socketPage(serving.address));
    const shown = vi.fn();
    other.subscribe('opening', shown);
    const same = await new StudyList(other).when();
    expect(same.images).toEqual(list.images);
    const again = new Promise((resolve) => client.subscribe('opening', resolve));
    await client.invoke('studies.open', { paths: [path.join(images, 'disc.png')] });
    expect(await again).toMatchObject({ firstImageId: idOf('disc.png') });
    await other.invoke('app.info', null);
    expect(shown).not.toHaveBeenCalled();
  });

  it('hands out the very pixels', async () => {
    const frame = await client.invoke('images.frame', { imageId: idOf('ct/8.dcm'), frame: 0 });
    expect(frame).toMatchObject({ rows: SIZE, columns: SIZE, colour: 'grayscale' });
    expect([...frame.pixels]).toEqual([...picture(1)]);
    const { png } = await client.invoke('images.thumbnail', { imageId: idOf('disc.png'), frame: 0, size: 32 });
    expect(await sharp(png).metadata()).toMatchObject({ format: 'png', width: 32, height: 32 });
    const elements = await client.invoke('images.elements', { imageId: idOf('ct/8.dcm') });
    expect(elements.find(({ keyword }) => keyword === 'PatientName')?.value).toContain('Phantom');
  });

  it('classifies, with heat maps for every class, and answers again at once', async () => {
    const params = { imageId: idOf('disc.png'), frame: 0 };
    const prediction = await client.invoke('predictions.classify', params);
    const sum = prediction.classes.reduce((total, { probability }) => total + probability, 0);
    expect(sum).toBeCloseTo(1, 6);
    expect(prediction.heatMaps).toHaveLength(prediction.classes.length);
    expect(prediction.heatMaps![0]!.values).toBeInstanceOf(Float32Array);
    const started = performance.now();
    expect(await client.invoke('predictions.classify', params)).toEqual(prediction);
    expect(performance.now() - started).toBeLessThan(100);
    const input = await client.invoke('predictions.input', params);
    expect(input.rgb).toHaveLength(224 * 224 * 3);
  });

  it('tells the error of a broken file by name', async () => {
    const broken = { imageId: idOf('broken.dcm'), frame: 0 };
    await expect(client.invoke('predictions.classify', broken)).rejects.toMatchObject({
      code: expect.stringMatching(/corrupt/) as string,
      message: expect.stringContaining('broken.dcm') as string,
    });
  });

  it('recovers when its inference process is killed, and keeps what was shown', async () => {
    const shown = { imageId: idOf('disc.png'), frame: 0 };
    const before = await client.invoke('predictions.classify', shown);
    statuses.length = 0;
    const { pid } = serving.services.inference;
    const answer = client.invoke('predictions.classify', { imageId: idOf('ct/7.dcm'), frame: 0 });
    process.kill(pid!, 'SIGKILL');
    expect((await answer).classes).toHaveLength(before.classes.length);
    expect(statuses.map(({ state }) => state)).toEqual(expect.arrayContaining(['restarting', 'ready']));
    expect(serving.services.inference.pid).not.toBe(pid);
    expect(await client.invoke('predictions.classify', shown)).toEqual(before);
  });

  it('classifies all in the background, a failure being a row, and exports them', async () => {
    const imageIds = [...list.images.keys()];
    const { id, total } = await client.invoke('batch.start', { imageIds });
    expect(total).toBe(imageIds.length);
    await serving.services.batches.idle();
    const rows = await client.invoke('batch.rows', { id, from: 0, count: 100 });
    expect(rows.filter(({ status }) => status === 'ok')).toHaveLength(SLICES + 1);
    expect(rows.filter(({ status }) => status === 'failed').map(({ file }) => file)).toEqual(['broken.dcm']);
    const saved = await client.invoke('batch.export', { id, format: 'csv', names: true });
    expect(saved.kind === 'download' && new TextDecoder().decode(saved.bytes)).toContain('disc.png');
  });

  it('saves a report', async () => {
    const imageId = idOf('disc.png');
    const { id: predictionId } = await client.invoke('predictions.classify', { imageId, frame: 0 });
    const report = {
      predictionId,
      classIndex: 0,
      presentation: UNCHANGED,
      overlayOpacity: 0.5,
      shownAnyway: false,
      names: true,
    };
    const saved = await client.invoke('reports.save', report);
    expect(saved.kind === 'download' && new TextDecoder().decode(saved.bytes.subarray(0, 5))).toBe('%PDF-');
  });

  it('closes images and takes it back', async () => {
    const before = new Map(list.images);
    const imageId = idOf('disc.png');
    await client.invoke('studies.close', { imageIds: [imageId] });
    await expect(client.invoke('images.frame', { imageId, frame: 0 })).rejects.toMatchObject({
      code: 'request.invalid',
    });
    await client.invoke('studies.reopen', null);
    await list.when(({ images: now }) => now.size === before.size);
    expect(list.images).toEqual(before);
    await client.invoke('studies.close', { imageIds: 'all' });
    await list.when(({ images: now }) => now.size === 0);
  });

  it('opens what a browser uploads in chunks', async () => {
    const bytes = new Uint8Array(await readFile(path.join(images, 'disc.png')));
    const half = Math.floor(bytes.length / 2);
    const upload = { uploadId: 'u1', openingId: 'o1', name: 'dropped.png' };
    await client.invoke('studies.upload', { ...upload, offset: 0, bytes: bytes.slice(0, half), last: false });
    await client.invoke('studies.upload', { ...upload, offset: half, bytes: bytes.slice(half), last: true });
    await list.when((now) => now.pending === 0 && now.names.includes('dropped.png'));
    expect(list.named('dropped.png').header).toMatchObject({ format: 'png', rows: SIZE });
  });

  it('lists models, says where the chosen one runs, and remembers settings', async () => {
    const [model] = await client.invoke('models.list', null);
    expect(model).toMatchObject({ id: 'chest-xray-nano', bundled: true });
    expect(model!.modelCard.length).toBeGreaterThan(100);
    expect(await client.invoke('models.info', null)).toMatchObject({ engine: 'onnx', manifest: model!.manifest });
    const changed = vi.fn();
    client.subscribe('settings.changed', changed);
    const settings = await client.invoke('settings.set', { noticeAccepted: true });
    expect(settings).toMatchObject({ noticeAccepted: true, modelId: 'chest-xray-nano' });
    expect(changed).toHaveBeenCalledWith(settings);
    expect(new Settings(openStore(path.join(folder, 'data')).settings).get()).toEqual(settings);
  });

  it('browses the folders of this computer', async () => {
    const listing = await client.invoke('files.list', { path: images });
    expect(listing.parent).toBe(folder);
    expect(listing.entries.map(({ name, kind }) => `${kind} ${name}`)).toEqual([
      'folder ct',
      'file broken.dcm',
      'file disc.png',
      'file notes.txt',
    ]);
    await expect(client.invoke('files.list', { path: path.join(images, 'gone') })).rejects.toMatchObject({
      code: 'file.not-found',
    });
  });
});
