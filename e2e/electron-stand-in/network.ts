/** `protocol` and `session`: what answers, and what may ask. */
import type { Protocol, Session } from 'electron';
import type { Route } from '@playwright/test';
import { toApplication } from './addresses.ts';

type SchemeHandler = Parameters<Protocol['handle']>[1];
type RequestFilter = (details: { url: string }, answer: (response: { cancel?: boolean }) => void) => void;

const schemes = new Map<string, SchemeHandler>();
let privileged: readonly string[] = [];
let filter: RequestFilter | null = null;

export const protocol = {
  registerSchemesAsPrivileged: (list) => {
    privileged = list.map(({ scheme }) => scheme);
  },
  handle: (scheme, handler) => {
    if (!privileged.includes(scheme)) throw new Error(`${scheme} was not registered as privileged before.`);
    schemes.set(scheme, handler);
  },
} satisfies Pick<Protocol, 'registerSchemesAsPrivileged' | 'handle'>;

type PermissionHandlers = Pick<Session, 'setPermissionRequestHandler' | 'setPermissionCheckHandler'>;

/** Kept, so that a test can ask them; Chromium without a window's frame asks nobody, and grants nothing. */
export const permissions: {
  request: Parameters<Session['setPermissionRequestHandler']>[0];
  check: Parameters<Session['setPermissionCheckHandler']>[0];
} = { request: null, check: null };

export const session = {
  defaultSession: {
    setPermissionRequestHandler: (handler) => {
      permissions.request = handler;
    },
    setPermissionCheckHandler: (handler) => {
      permissions.check = handler;
    },
    webRequest: {
      onBeforeRequest: (listener: RequestFilter) => {
        filter = listener;
      },
    },
  },
} satisfies { defaultSession: PermissionHandlers & { webRequest: { onBeforeRequest(listener: RequestFilter): void } } };

function isAllowed(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    if (filter) {
      filter({ url }, ({ cancel }) => {
        resolve(!cancel);
      });
    } else resolve(true);
  });
}

/** Answers a request of a page as the application's handlers say. */
export async function answerRequest(route: Route): Promise<void> {
  const request = route.request();
  const url = toApplication(request.url());
  const handler = schemes.get(new URL(url).protocol.slice(0, -1));
  if (!(await isAllowed(url))) return route.abort('blockedbyclient');
  if (!handler) return route.continue();
  const response = await handler(new Request(url, { method: request.method(), headers: request.headers() }));
  return route.fulfill({
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  });
}
