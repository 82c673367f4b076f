import { describe, expect, it } from 'vitest';
import { HifuseError } from '../models/errors.ts';
import type { Session } from './engines/engine.ts';
import type { LoadedPackage } from './import/load-package.ts';
import type { ModelSelection } from './protocol.ts';
import { Sessions, type Loader } from './sessions.ts';

const select = (directory: string): ModelSelection => ({ directory, engine: 'auto', device: 'auto' });

function fakeLoader() {
  const loaded: string[] = [];
  const disposed: string[] = [];
  const loader: Loader = {
    loadPackage: (directory) => {
      loaded.push(directory);
      if (directory === '/bad') return Promise.reject(new HifuseError('model.invalid-package'));
      return Promise.resolve({ manifest: { id: directory }, state: new Map() } as unknown as LoadedPackage);
    },
    openSession: (model) =>
      Promise.resolve({
        session: {
          dispose: () => {
            disposed.push(model.manifest.id);
            return Promise.resolve();
          },
        } as Session,
        devices: [],
      }),
  };
  return { loader, loaded, disposed };
}

const nothing = () => Promise.resolve();
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('Sessions', () => {
  it('loads a model once, however many ask', async () => {
    const { loader, loaded } = fakeLoader();
    const sessions = new Sessions(loader);
    await Promise.all([sessions.use(select('/a'), nothing), sessions.use(select('/a'), nothing)]);
    await sessions.use(select('/a'), nothing);
    expect(loaded).toEqual(['/a']);
  });

  it('keeps what was used last and disposes of the rest', async () => {
    const { loader, loaded, disposed } = fakeLoader();
    const sessions = new Sessions(loader, 2);
    for (const directory of ['/a', '/b', '/a', '/c']) await sessions.use(select(directory), nothing);
    await settle();
    expect(disposed).toEqual(['/b']);
    await sessions.use(select('/a'), nothing);
    expect(loaded).toEqual(['/a', '/b', '/c']);
  });

  it('disposes of a session only when its last user is done', async () => {
    const { loader, disposed } = fakeLoader();
    const sessions = new Sessions(loader, 1);
    let finish!: () => void;
    const running = sessions.use(select('/a'), () => new Promise<void>((resolve) => (finish = resolve)));
    await settle();
    await sessions.use(select('/b'), nothing);
    await settle();
    expect(disposed).toEqual([]);
    finish();
    await running;
    expect(disposed).toEqual(['/a']);
  });

  it('tries again after a failure', async () => {
    const { loader, loaded } = fakeLoader();
    const sessions = new Sessions(loader);
    await expect(sessions.use(select('/bad'), nothing)).rejects.toThrow(HifuseError);
    await expect(sessions.use(select('/bad'), nothing)).rejects.toThrow(HifuseError);
    expect(loaded).toEqual(['/bad', '/bad']);
  });

  it('forgets a directory that was written anew', async () => {
    const { loader, loaded, disposed } = fakeLoader();
    const sessions = new Sessions(loader);
    await sessions.use(select('/a'), nothing);
    await sessions.forget('/a');
    await sessions.use(select('/a'), nothing);
    expect(loaded).toEqual(['/a', '/a']);
    expect(disposed).toEqual(['/a']);
  });

  it('goes on where a session cannot be disposed of', async () => {
    const { loader } = fakeLoader();
    const failing: Loader = {
      ...loader,
      openSession: () =>
        Promise.resolve({
          session: { dispose: () => Promise.reject(new Error('The device is gone.')) } as unknown as Session,
          devices: [],
        }),
    };
    const sessions = new Sessions(failing, 1);
    await sessions.use(select('/a'), nothing);
    await sessions.use(select('/b'), nothing);
    await sessions.forget('/b');
    await settle();
  });
});
