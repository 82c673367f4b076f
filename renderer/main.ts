import { mount } from 'svelte';
import { connect } from '../main/ipc/client.ts';
import { toErrorValue } from '../models/errors.ts';
import App from './App.svelte';
import './app.css';
import { createServices, startServices } from './state/services.ts';

const target = document.getElementById('app');
if (!target) throw new Error('The page has no place for the app.');

try {
  const services = createServices(connect());
  mount(App, { target, props: { services } });
  await startServices(services);
} catch (error) {
  target.textContent = `HiFuse Viewer could not start: ${toErrorValue(error).message}`;
}
