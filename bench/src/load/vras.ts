import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const DEMO = fileURLToPath(new URL('../../../deploy/models/demo/r0b_demo', import.meta.url));

/** Puts a VRA into a folder, with the demonstration model under the VRA's own name. @returns its settings file */
export function writeVra(folder: string, name: string): string {
  const manifest = JSON.parse(readFileSync(`${DEMO}.json`, 'utf8'));
  writeFileSync(join(folder, `${name}_demo.json`), JSON.stringify({ ...manifest, name }));
  copyFileSync(`${DEMO}.onnx`, join(folder, `${name}_demo.onnx`));
  const lines = [`MODEL_PATH: ${name}_demo.onnx`, `MODEL_NAME: ${name}`, `MODEL_VERSION: ${manifest.version}`];
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, `${[...lines, `TOPIC_OUT: ${name}_lvra`].join('\n')}\n`);
  return file;
}
