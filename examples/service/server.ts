// The HTTP side of the service: routes, what they accept, and what is to be done at the end.
import fastify, { type FastifyInstance } from 'fastify';
import { Dataset, type DigitsSplit, type Model } from 'laminet';
import { Training, type TrainingSettings } from './training';

const PIXELS = 28 * 28;
/** A JSON array of 784 numbers of three digits, with commas and blanks, and some room. */
const LARGEST_BODY = 8 * 1024;

const image = {
  type: 'array',
  minItems: PIXELS,
  maxItems: PIXELS,
  items: { type: 'integer', minimum: 0, maximum: 255 },
};

const trainingSettings = {
  type: 'object',
  additionalProperties: false,
  properties: {
    epochs: { type: 'integer', minimum: 1, maximum: 1000, default: 4 },
    batchSize: { type: 'integer', minimum: 1, maximum: 256, default: 16 },
    learningRate: { type: 'number', exclusiveMinimum: 0, maximum: 10, default: 0.1 },
    seed: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 0 },
  },
};

export interface ServiceOptions {
  /** Classifies from the start. The server disposes of it. */
  readonly model: Model;
  readonly data: DigitsSplit;
  readonly newModel: (seed: number) => Model;
  /** Of the model that answers. */
  readonly servingThreads: number;
  /** Of the model that is trained. */
  readonly trainingThreads: number;
  readonly logger: boolean;
}

/**
 * A server that classifies digits with a model while it trains the next one, which takes over when it is done. Closing the
 * server answers what was asked, stops the training and frees the models.
 */
export function createServer(options: ServiceOptions): FastifyInstance {
  const { data, newModel, servingThreads, trainingThreads, logger } = options;
  const compile = (model: Model): Model => model.compile({ loss: 'crossEntropy', threads: servingThreads });
  let serving = compile(options.model);
  // A model of other images is refused now, before anybody asks; and the first answer need not wait for its plan.
  serving.predictSync(data.test.slice(0, 1));
  const training = new Training({
    data,
    newModel,
    threads: trainingThreads,
    onTrained(trained) {
      // Predictions of the old model that are under way are finished before its memory is freed.
      serving.dispose();
      serving = compile(trained);
    },
  });

  const server = fastify({
    logger,
    bodyLimit: LARGEST_BODY,
    // A pixel is a number: "7" and null are mistakes of the caller's.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
  });
  server.removeContentTypeParser('text/plain');
  server.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  server.addHook('onClose', async () => {
    await training.stop();
    serving.dispose();
  });

  server.get('/health', () => ({ status: 'ok', backend: serving.backendDescription }));

  server.post<{ Body: number[] | Buffer }>(
    '/classify',
    {
      schema: {
        body: { content: { 'application/json': { schema: image }, 'application/octet-stream': { schema: {} } } },
      },
    },
    async ({ body }, reply) => {
      if (body.length !== PIXELS) {
        const message = `expected ${PIXELS} bytes, one a pixel, found ${body.length}`;
        return reply.code(400).send({ statusCode: 400, error: 'Bad Request', message });
      }
      const samples = Uint8Array.from(body);
      const digits = Dataset.from({ samples, shape: [1, 28, 28], padding: 2, name: 'the image' });
      const { data: probabilities } = await serving.predict(digits);
      return { digit: probabilities.indexOf(Math.max(...probabilities)), probabilities: [...probabilities] };
    },
  );

  server.post<{ Body: TrainingSettings }>('/train', { schema: { body: trainingSettings } }, async ({ body }, reply) => {
    if (!training.start(body)) {
      const message = 'a training is running already: see GET /training';
      return reply.code(409).send({ statusCode: 409, error: 'Conflict', message });
    }
    return reply.code(202).send(training.status);
  });

  server.get('/training', () => training.status);

  return server;
}
