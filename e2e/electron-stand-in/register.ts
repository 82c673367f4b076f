/** `node --import .../register.js dist/main/index.js` runs the desktop application's own entry on the stand-in. */
import { register } from 'node:module';

register('./hooks.js', import.meta.url);
