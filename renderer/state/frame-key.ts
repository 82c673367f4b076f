/** Names one frame of one image: `<imageId>:<frame>`. */
export function frameKey(imageId: string, frame: number): string {
  return `${imageId}:${frame}`;
}

/** Whether a key is of that image. */
export function isFrameOf(imageId: string): (key: string) => boolean {
  return (key) => key.slice(0, key.lastIndexOf(':')) === imageId;
}
