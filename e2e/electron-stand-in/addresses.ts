/**
 * Chromium alone knows no scheme of an application's own, and requests of one cannot be intercepted there. So
 * `app://hifuse` is called `https://hifuse.invalid` inside the browser (a name that never resolves, RFC 6761), and by
 * its own name everywhere else.
 */
export const toBrowser = (url: string): string => url.replace(/^app:\/\/([^/]+)/, 'https://$1.invalid');

export const toApplication = (url: string): string => url.replace(/^https:\/\/([^/]+)\.invalid/, 'app://$1');
