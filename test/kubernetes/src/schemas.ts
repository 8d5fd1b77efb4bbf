import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kubernetesFolder } from '@lvra/test-servers/tools';
import { parse } from 'yaml';

interface Schema {
  type?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
}

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

/** Makes the folder of schemas of KEDA's and the operator's kinds, out of their definitions. */
export function writeDefinitions(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lvra-kinds-'));
  for (const source of [kubernetesFolder('keda'), kubernetesFolder('prometheus-operator')]) {
    for (const file of readdirSync(source)) {
      const { spec } = parse(readFileSync(join(source, file), 'utf8')) as Definition;
      for (const { name, schema } of spec.versions) {
        const path = `${spec.names.kind.toLowerCase()}-${spec.group.split('.')[0]}-${name}.json`;
        writeFileSync(join(folder, path), JSON.stringify(closed(schema.openAPIV3Schema)));
      }
    }
  }
  return folder;
}

/** A cluster drops what a definition does not name; here it is a mistake. */
function closed(schema: Schema): Schema {
  for (const each of Object.values(schema.properties ?? {})) closed(each);
  if (schema.items) closed(schema.items);
  if (typeof schema.additionalProperties === 'object') closed(schema.additionalProperties);
  if (schema.properties && schema.additionalProperties === undefined) schema.additionalProperties = false;
  return schema;
}

/** @returns what is wrong with each object, with its kind and name; an object whose kind has no schema is wrong too */
export function faultsOf(manifests: string, definitions: string): string[] {
  const folders = [kubernetesFolder('kubernetes-kinds'), definitions];
  const locations = folders.flatMap((folder) => [
    '-schema-location',
    `${folder}/{{.ResourceKind}}{{.KindSuffix}}.json`,
  ]);
  const program = join(kubernetesFolder('kubeconform'), 'kubeconform');
  const { stdout, stderr } = spawnSync(program, ['-strict', '-output', 'json', ...locations], {
    input: manifests,
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(`kubeconform said nothing: ${stderr}`);
  const { resources = [] } = JSON.parse(stdout) as {
    resources?: readonly { readonly kind: string; readonly name: string; readonly msg: string }[];
  };
  return resources.map(({ kind, name, msg }) => `${kind} ${name}: ${msg}`);
}
