import { mount } from 'svelte';
import { english } from '../models/texts/texts.ts';
import { connect } from '../main/ipc/client.ts';
import { toErrorValue } from '../models/errors.ts';
import App from './App.svelte';

import { createApp } from './state/app-state.ts';
import { startApp } from './state/start-app.ts';
import './styles/index.css';

const target = document.getElementById('app');
if (!target) throw new Error('The page has no place for the app.');

try {
  const app = createApp(connect());
  mount(App, { target, props: { app } });
  await startApp(app);
} catch (error) {
  target.textContent = `HiFuse Viewer could not start: ${english.error(toErrorValue(error))}`;
}
