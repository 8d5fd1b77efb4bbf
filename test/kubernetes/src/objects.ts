import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kubernetesFolder } from '@lvra/test-servers/tools';
import { parseAllDocuments } from 'yaml';

export const KUBERNETES = fileURLToPath(new URL('../../../deploy/kubernetes/', import.meta.url));

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly envFrom: readonly { readonly configMapRef: { readonly name: string } }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly resources: { readonly limits: Readonly<Record<string, string>> };
  readonly securityContext: object;
  readonly [probe: `${string}Probe`]: { readonly httpGet: { readonly path: string; readonly port: string } };
}

export interface Volume {
  readonly name: string;
  readonly secret?: { readonly secretName: string };
}

export interface Spread {
  readonly topologyKey: string;
  readonly whenUnsatisfiable: string;
  readonly labelSelector: Selector;
  readonly matchLabelKeys: readonly string[];
}

export interface PodTemplate {
  readonly metadata: { readonly labels: Labels };
  readonly spec: {
    readonly containers: readonly [Container];
    readonly initContainers?: readonly Container[];
    readonly volumes: readonly Volume[];
    readonly securityContext: object;
    readonly tolerations?: readonly { readonly key: string }[];
    readonly topologySpreadConstraints: readonly Spread[];
    readonly terminationGracePeriodSeconds: number;
  };
}

export type Labels = Readonly<Record<string, string>>;

export interface Selector {
  readonly matchLabels: Labels;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values: string[] }[];
}

/** An object of Kubernetes. What its kind has is for those who ask for that kind. */
export interface KubernetesObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  // biome-ignore lint/suspicious/noExplicitAny: the schemas of all kinds are checked by kubeconform
  readonly spec: any;
  readonly data?: Readonly<Record<string, string>>;
}

/** `kubectl kustomize`, without the network. */
export function rendered(folder: string): string {
  return execFileSync(join(kubernetesFolder('kustomize'), 'kustomize'), ['build', join(KUBERNETES, folder)], {
    encoding: 'utf8',
  });
}

export function objectsOf(text: string): KubernetesObject[] {
  return parseAllDocuments(text).map((document) => document.toJS() as KubernetesObject);
}

export function selects({ matchLabels, matchExpressions = [] }: Selector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
    matchExpressions.every(({ key, operator, values }) => {
      if (operator !== 'In' && operator !== 'NotIn') throw new Error(`${operator} is not known here`);
      return values.includes(labels[key] ?? '') === (operator === 'In');
    })
  );
}
