import type { Geometry, Program, ProgramTensor } from '../ops/program';
import { formatShape } from '../tensor/shape';

function formatTensor(program: Program, id: number): string {
  return id < 0 ? '-' : `%${id}:${formatShape((program.tensors[id] as ProgramTensor).shape)}`;
}

function formatGeometry(geometry: Geometry): string {
  const fields = Object.entries(geometry).map(([name, value]) => `${name}=${value}`);
  return fields.length === 0 ? '' : ` {${fields.join(' ')}}`;
}

/**
 * A program as text: a line for each instruction, with the tensors that it writes, its op, what it reads, and its geometry.
 * A tensor is `%number:shape`; shapes leave out the batch.
 */
export function printProgram(program: Program): string {
  const lines = [
    `program ${program.purpose}, batches of ${program.batchSize}, ${program.instructions.length} instructions`,
  ];
  let phase = '';
  for (const instruction of program.instructions) {
    if (instruction.phase !== phase) {
      phase = instruction.phase;
      lines.push(`${phase}:`);
    }
    const outputs = instruction.outputs.map((id) => formatTensor(program, id)).join(', ');
    const inputs = instruction.inputs.map((id) => formatTensor(program, id)).join(', ');
    const assign = outputs === '' ? '' : `${outputs} = `;
    lines.push(
      `  ${assign}${instruction.op}(${inputs})${formatGeometry(instruction.geometry)}  ; ${instruction.layer}`,
    );
  }
  return lines.join('\n');
}
