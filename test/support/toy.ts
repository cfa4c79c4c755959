import { Dataset } from '../../lib/data/dataset';
import { RandomSequence, RandomStream } from '../../lib/tensor/philox';

/** Which of four quarters of a small image is bright: something that every network learns in a moment. */
export function quarters(count: number, seed: number): Dataset {
  const random = new RandomSequence(seed, RandomStream.pick);
  const size = 8;
  const samples = new Uint8Array(count * size * size);
  const labels = new Int32Array(count);
  for (let sample = 0; sample < count; sample++) {
    const label = random.nextBelow(4);
    labels[sample] = label;
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const bright = Math.floor(y / 4) * 2 + Math.floor(x / 4) === label;
        samples[(sample * size + y) * size + x] = random.nextBelow(100) + (bright ? 120 : 0);
      }
    }
  }
  return Dataset.from({ samples, shape: [1, size, size], labels, classes: 4, name: 'quarters' });
}
