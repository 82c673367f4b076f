import { expect, type Locator, type Page } from '@playwright/test';

/** The parts of the window, by what a person would call them, and what takes several steps. */
export class MainWindow {
  readonly page: Page;
  readonly viewport: Locator;
  readonly images: Locator;
  readonly prediction: Locator;
  readonly toasts: Locator;

  constructor(page: Page) {
    this.page = page;
    this.viewport = page.getByTestId('viewport');
    this.images = page.getByTestId('image-item');
    this.prediction = page.getByTestId('prediction-panel');
    this.toasts = page.getByTestId('toast');
  }

  /** A row of the list of images. */
  image(name: string | RegExp): Locator {
    return this.images.filter({ hasText: name }).first();
  }

  /** Chooses an image in the list and waits until it is on the screen. */
  async show(name: string | RegExp): Promise<void> {
    const row = this.image(name);
    await row.click();
    await this.expectShown((await row.getAttribute('data-image-id'))!);
  }

  async expectShown(imageId: string, frame = 0): Promise<void> {
    await expect(this.viewport).toHaveAttribute('data-rendered', `${imageId}:${frame}`);
  }

  /** Class name -> probability, in full precision, as the prediction panel has it. */
  async probabilities(): Promise<Map<string, number>> {
    await expect(this.prediction).toHaveAttribute('data-state', 'ok');
    const pairs = await this.prediction
      .getByTestId('class-row')
      .evaluateAll((all) =>
        all.map((row) => [row.getAttribute('data-class')!, Number(row.getAttribute('data-probability'))] as const),
      );
    return new Map(pairs);
  }

  /** The viewport's pixels, to tell one picture from another. */
  async picture(): Promise<string> {
    // What was set last is drawn at the next animation frame.
    await this.page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null)))),
    );
    return (await this.viewport.screenshot()).toString('base64');
  }

  /** Drops files onto the window. */
  async drop(files: readonly { name: string; type: string; bytes: Uint8Array }[]): Promise<void> {
    const transfer = await this.page.evaluateHandle(
      (all) => {
        const made = new DataTransfer();
        for (const { name, type, base64 } of all) {
          const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
          made.items.add(new File([bytes], name, { type }));
        }
        return made;
      },
      files.map(({ name, type, bytes }) => ({ name, type, base64: Buffer.from(bytes).toString('base64') })),
    );
    for (const type of ['dragenter', 'dragover', 'drop'])
      await this.page.dispatchEvent('body', type, { dataTransfer: transfer });
  }

  /** Moves the focus with the Tab key alone. */
  async tabTo(target: Locator): Promise<void> {
    for (let presses = 0; presses < 80; presses++) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error('The Tab key does not lead there.');
  }
}
