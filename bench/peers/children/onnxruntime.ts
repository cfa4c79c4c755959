import { lenet5Onnx } from '../onnx-model';
import type { Command } from '../protocol';
import { peerVersion, requirePeer, serve, timed } from '../serve';

/** What is used of onnxruntime-node. */
interface Session {
  run(inputs: Record<string, unknown>): Promise<Record<string, { readonly data: Float32Array }>>;
}
interface OnnxRuntime {
  InferenceSession: { create(model: Uint8Array, options: Record<string, unknown>): Promise<Session> };
  Tensor: new (type: 'float32', data: Float32Array, shape: readonly number[]) => unknown;
}

const runtime = requirePeer('onnxruntime-node') as OnnxRuntime;
const model = lenet5Onnx();
const sessions = new Map<number, Promise<Session>>();

async function run({ task, batch, amount, setting: { threads } }: Command): Promise<number> {
  if (task !== 'infer') throw new Error('inference only');
  const options = { intraOpNumThreads: threads, interOpNumThreads: 1, graphOptimizationLevel: 'all' };
  const created = sessions.get(threads) ?? runtime.InferenceSession.create(model, options);
  sessions.set(threads, created);
  const session = await created;
  const pixels = Float32Array.from({ length: batch * 1024 }, () => Math.random());
  return timed(async () => {
    for (let call = 0; call < amount; call++) {
      await session.run({ images: new runtime.Tensor('float32', pixels, [batch, 1, 32, 32]) });
    }
  });
}

serve(`${peerVersion('onnxruntime-node')} (Node ${process.version})`, run);
