/**
 * Swin's relative position index of one attention window: entry [i, j] is the row of the bias table that holds for query
 * pixel i and key pixel j, both counted row by row. (Liu et al. 2021, Swin Transformer, section 3.2.)
 *
 * @param window side of the window in pixels
 * @returns row-major, shape [window^2, window^2], values in [0, (2 * window - 1)^2)
 */
export function relativePositionIndex(window: number): Int32Array {
  const area = window * window;
  const span = 2 * window - 1;
  const index = new Int32Array(area * area);
  for (let query = 0; query < area; query++) {
    for (let key = 0; key < area; key++) {
      const rows = Math.floor(query / window) - Math.floor(key / window);
      const columns = (query % window) - (key % window);
      index[query * area + key] = (rows + window - 1) * span + (columns + window - 1);
    }
  }
  return index;
}
