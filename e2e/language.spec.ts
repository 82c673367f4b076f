import { expect, type Page } from '@playwright/test';
import { test, type App } from './launch.ts';
import { MainWindow } from './pages.ts';

/**
 * The pseudo-locale puts every text of the catalogue in brackets: what stands on the screen without them was written in a
 * component, or is data. Data is what this knows by its place or its form.
 */

let app: App;
let window: MainWindow;

test.beforeAll(async ({ launch }) => {
  app = await launch({ settings: { language: 'en-XA' } });
  window = new MainWindow(app.page);
});

test.afterAll(async () => {
  await app.close();
});

/** Numbers, what stands between texts, names of files and formats, and keys as they are printed. */
const DATA =
  /^[\s\d.,·:;×/%+≥≤<>~–−()=#[\]…-]*$|^(\S+\.(dcm|png|jpg)|CSV|JSON)$|^\(?((Ctrl|Shift|Alt|⌘)\+?)*([A-Z?.[\]←→↑↓]|Home|End|Delete|PageUp|PageDown|Enter|Ctrl|Shift|Alt|⌘)?\)?$/;
/** Elements whose text is a file's, a model package's or the application's own name. */
const DATA_PLACES = [
  'h1',
  '[data-testid=notice]',
  '[data-testid=corner-patient]',
  '.corner',
  '.orientation',
  '.bar',
  '.series .text',
  '.image .text',
  '[data-testid=model-select] option',
  '[data-testid=overlay-class] option',
  '[data-testid=batch-filter] option',
  '[data-testid=class-row] .name',
  '[data-testid=prediction-facts] dd',
  '[data-testid=browse-entry] .name',
  '[role=gridcell]',
  '[role=table] [role=cell]',
  '[data-testid=device-row] td',
  '.preset option',
  '[data-testid=language] option',
  'dialog .terms dd',
  'dialog .text:has(table), dialog .text:has(h3)',
  'code',
  '[data-testid=error-message] .code',
];
/** Of the bundled model's package. */
const MODEL_NAME = 'Chest X-ray of children (HiFuse nano)';

/** Visible texts, and names for assistive technology, that do not come from the catalogue. */
async function untranslated(page: Page): Promise<string[]> {
  const found = await page.evaluate((places) => {
    const texts: string[] = [];
    const isData = (element: Element): boolean => places.some((place) => element.closest(place) !== null);
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!parent || /^(SCRIPT|STYLE|TEXTAREA)$/.test(parent.tagName)) continue;
      const visible = parent.tagName === 'OPTION' || parent.checkVisibility();
      if (visible && !isData(parent)) texts.push(node.textContent ?? '');
    }
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [aria-valuetext]')) {
      if (isData(element)) continue;
      for (const name of ['aria-label', 'title', 'placeholder', 'aria-valuetext']) {
        texts.push(element.getAttribute(name) ?? '');
      }
    }
    return texts;
  }, DATA_PLACES);
  const rest = found
    // What stands in brackets is translated, with what is filled in; innermost first.
    .map((text) => {
      let outside = text;
      for (let before = ''; before !== outside;) {
        before = outside;
        outside = outside.replaceAll(/⟦[^⟦⟧]*⟧/g, '');
      }
      return outside.replaceAll(MODEL_NAME, '').trim();
    })
    .filter((text) => text !== '' && !DATA.test(text));
  return [...new Set(rest)];
}

test('the notice of the first start, and the window behind it', async () => {
  // Chosen as settings before the first start, which shows the notice all the same.
  await expect(app.page.locator('html')).toHaveAttribute('lang', 'en-XA');
  expect(await untranslated(app.page)).toEqual([]);
});

test('an image with its prediction', async () => {
  await window.show('chest-phantom.dcm');
  await window.probabilities();
  await app.page.getByTestId('network-input-toggle').click();
  await expect(app.page.getByTestId('network-input')).toBeVisible();
  expect(await untranslated(app.page)).toEqual([]);
});

test('an image that is damaged', async () => {
  await window.image('truncated.dcm').click();
  await expect(app.page.getByTestId('error-message').first()).toBeVisible();
  expect(await untranslated(app.page)).toEqual([]);
});

test('a batch', async () => {
  await app.page.getByTestId('classify-all').click();
  await expect(app.page.getByTestId('batch-panel')).toHaveAttribute('data-state', 'done');
  expect(await untranslated(app.page)).toEqual([]);
});

test('the dialogs', async () => {
  const { page } = app;
  const dialog = page.getByRole('dialog');
  const opens: [string, () => Promise<void>][] = [
    ['help', () => page.keyboard.press('?')],
    ['devices', () => page.getByTestId('device-chip').click()],
    ['import', () => page.getByTitle(/Ímpórt á/).click()],
    ['model card', () => window.prediction.locator('header button').click()],
  ];
  for (const [name, open] of opens) {
    await open();
    await expect(dialog).toBeVisible();
    expect(await untranslated(page), name).toEqual([]);
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  }
});

test('nothing open', async () => {
  await app.page.locator('aside header button').first().click();
  await expect(window.images).toHaveCount(0);
  expect(await untranslated(app.page)).toEqual([]);
});

test('another language, chosen in the window, holds at once everywhere', async () => {
  await app.page.getByTestId('language').selectOption('en');
  await expect(app.page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(app.page.getByText('⟦')).toHaveCount(0);
  await expect(app.page.locator('[aria-label*="⟦"], [title*="⟦"]')).toHaveCount(0);
});
