/** The heat map over the image, and the outline of what the network saw. */
export class Overlay {
  #visible = $state(true);
  #opacity = $state(0.5);
  #classIndex = $state<number | null>(null);
  #region = $state(true);

  get visible(): boolean {
    return this.#visible;
  }

  /** 0..1. */
  get opacity(): number {
    return this.#opacity;
  }

  /** The class whose map the reader chose; null: each image's most probable. */
  get classIndex(): number | null {
    return this.#classIndex;
  }

  /** Outline of what the network saw. */
  get region(): boolean {
    return this.#region;
  }

  toggle(): void {
    this.#visible = !this.#visible;
  }

  show(visible: boolean): void {
    this.#visible = visible;
  }

  toggleRegion(): void {
    this.#region = !this.#region;
  }

  setOpacity(opacity: number): void {
    this.#opacity = Math.min(1, Math.max(0, opacity));
  }

  /** Choosing a class also shows its map. */
  choose(classIndex: number | null): void {
    this.#classIndex = classIndex;
    if (classIndex !== null) this.#visible = true;
  }
}
