/** Nothing leaves this computer: the built programs run inference under strace, which sees every system call. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from './ipc/client.ts';
import { PATHS } from './paths.ts';
import { socketPage } from './testing/socket-page.ts';
import { StudyList } from './testing/study-list.ts';

/** ONNX Runtime's telemetry, where it is on, first asks for its server nine seconds after a model was loaded. */
const SECONDS = 30;
const MANY = 3000;
const dist = path.dirname(path.dirname(PATHS.workerEntry));
const canTrace = spawnSync('strace', ['-f', '-qq', '-o', '/dev/null', 'true']).status === 0;

/** Families of sockets that stay in this computer. */
const LOCAL_FAMILY = /AF_(UNIX|LOCAL|NETLINK)/;
const LOOPBACK = /inet_addr\("127\.0\.0\.1"\)|inet_pton\(AF_INET6, "::1"/;

interface Traced {
  child: ChildProcess;
  /** Everything that the program writes may go below here. */
  home: string;
  ended: Promise<void>;
}

/** Calls that reach for another computer, or create a file outside `home`. */
async function trespasses(home: string): Promise<{ network: string[]; files: string[] }> {
  const network: string[] = [];
  const files: string[] = [];
  for (const line of (await readFile(path.join(home, 'trace'), 'utf8')).split('\n')) {
    const call = line.replace(/^\d+ +/, '');
    if (/^(connect|bind|sendto|sendmsg|sendmmsg)\(/.test(call)) {
      if (/sin6?_addr|sin6?_port/.test(call) && !LOOPBACK.test(call)) network.push(call);
    } else if (/^socket\(/.test(call)) {
      // A name is asked for over datagrams; what listens or connects over a stream tells where below.
      if (!LOCAL_FAMILY.test(call) && !call.includes('SOCK_STREAM')) network.push(call);
    } else if (/^(creat|mkdir|mkdirat|rename|renameat2?|link|symlink)\(|O_CREAT/.test(call)) {
      const paths = [...call.matchAll(/"([^"]*)"/g)].map(([, name]) => name!);
      const outside = paths.filter((name) => path.isAbsolute(name) && !name.startsWith(home) && name !== '/dev/null');
      if (outside.length > 0 && !/= -1 E/.test(call)) files.push(call);
    }
  }
  return { network, files };
}

describe.skipIf(!canTrace || !existsSync(PATHS.workerEntry))('30 s of inference (built by `npm run build`)', () => {
  let folder: string;
  let images: string;
  const running: Traced[] = [];

  /** Starts a built program with a home and a temporary folder of its own. */
  async function trace(name: string, entry: string, args: readonly string[]): Promise<Traced> {
    const home = path.join(folder, name);
    const temporary = path.join(home, 'tmp');
    await mkdir(temporary, { recursive: true });
    const calls = '%network,openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,link,symlink';
    const child = spawn(
      'strace',
      ['-f', '-qq', '--seccomp-bpf', '-s', '400', '-e', `trace=${calls}`, '-o', path.join(home, 'trace')].concat(
        [process.execPath, path.join(dist, 'main', entry)],
        args.map((argument) => argument.replace('HOME', home)),
      ),
      {
        // strace, ending itself, would leave the program behind: signals go to both.
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { PATH: process.env['PATH'], HOME: home, TMPDIR: temporary },
      },
    );
    const traced = { child, home, ended: new Promise<void>((resolve) => child.once('exit', () => resolve())) };
    running.push(traced);
    return traced;
  }

  const interrupt = ({ child }: Traced) => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid!, 'SIGINT');
  };

  async function expectPrivate({ home }: Traced): Promise<void> {
    expect(await trespasses(home)).toEqual({ network: [], files: [] });
    expect((await readdir(path.join(home, 'tmp'))).filter((name) => name.startsWith('mat-debug'))).toEqual([]);
    expect(existsSync(path.join(home, '.cache'))).toBe(false);
  }

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'hifuse-privacy-'));
    images = path.join(folder, 'images');
    await cp(PATHS.samples, images, { recursive: true });
    // More than are classified in the time: every decoder has its turn first.
    await mkdir(path.join(images, 'many'));
    for (let i = 0; i < MANY; i++) {
      await symlink(path.join(images, 'chest-phantom.png'), path.join(images, 'many', `${i}.png`));
    }
  });

  afterAll(async () => {
    running.forEach(interrupt);
    await Promise.all(running.map(({ ended }) => ended));
    await rm(folder, { recursive: true, force: true });
  });

  const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, 1000 * count));

  it.concurrent.each([['onnx'], ['tfjs']])(
    'on the command line with %s reaches no other computer and leaves no file elsewhere',
    async (engine) => {
      const args = ['classify', images, '--recursive', '--engine', engine, '--out', 'HOME/results.csv'];
      const traced = await trace(`command-line-${engine}`, 'cli.js', args);
      await seconds(SECONDS);
      expect(traced.child.exitCode).toBeNull();
      interrupt(traced);
      await traced.ended;
      await expectPrivate(traced);
    },
  );

  it.concurrent('in the Node host reaches no other computer and leaves no file elsewhere', async () => {
    const traced = await trace('host', 'serve.js', ['--no-open', '--data-dir', 'HOME/data']);
    const address = await new Promise<string>((resolve) => {
      let text = '';
      traced.child.stdout!.on('data', (chunk: Buffer) => {
        const [found] = /http:\S+/.exec((text += chunk.toString())) ?? [];
        if (found !== undefined) resolve(found);
      });
    });
    const client = connect(socketPage(address));
    const list = new StudyList(client);
    await client.invoke('studies.open', { paths: [path.join(images, 'ct-phantom'), path.join(images, 'many')] });
    const asked = new Set<string>();
    const end = performance.now() + 1000 * SECONDS;
    while (performance.now() < end) {
      const imageId = [...list.images.keys()].find((id) => !asked.has(id));
      if (imageId === undefined) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      asked.add(imageId);
      await client.invoke('images.frame', { imageId, frame: 0 });
      await client.invoke('predictions.classify', { imageId, frame: 0 });
    }
    expect(asked.size).toBeGreaterThan(20);
    interrupt(traced);
    await traced.ended;
    await expectPrivate(traced);
  });
});
