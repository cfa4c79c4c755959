import { LaminetError } from '../errors';
import type { JoiningLayer, Layer } from '../layers/layer';
import type { InputNode } from '../layers/node';

/** Names safe in listings, weight files and paths. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/;

/** Which names are taken, and by what. */
type Taken = Map<string, 'input' | 'layer'>;

function takeName(name: string, what: 'input' | 'layer', taken: Taken): string {
  if (!NAME.test(name)) {
    const whose = what === 'input' ? 'an input' : 'a layer';
    throw new LaminetError('E_OPTION', `${whose}'s name must match ${NAME.source}, found ${JSON.stringify(name)}`, {
      name,
    });
  }
  const other = taken.get(name);
  if (other) {
    const both = other === what ? `two ${what}s` : 'an input and a layer';
    throw new LaminetError('E_OPTION', `${both} are called ${JSON.stringify(name)}`, { name });
  }
  taken.set(name, what);
  return name;
}

/** The names of inputs: their own, or `input`; where there are several, `input_1`, `input_2` ... */
function nameInputs(inputs: readonly InputNode[], taken: Taken): string[] {
  return inputs.map(({ name }, index) => {
    return takeName(name ?? (inputs.length === 1 ? 'input' : `input_${index + 1}`), 'input', taken);
  });
}

/** The names of layers: their own, or their kind with a number. */
function nameLayers(layers: readonly (Layer | JoiningLayer)[], taken: Taken): string[] {
  const counts = new Map<string, number>();
  return layers.map(({ kind, name }) => {
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    return takeName(name ?? `${kind}_${count}`, 'layer', taken);
  });
}

/** The names of everything in a network. Error: `E_OPTION` for a bad name or one that is taken. */
export function nameAll(
  inputs: readonly InputNode[],
  layers: readonly (Layer | JoiningLayer)[],
): { inputs: readonly string[]; layers: readonly string[] } {
  const taken: Taken = new Map();
  return { inputs: nameInputs(inputs, taken), layers: nameLayers(layers, taken) };
}
