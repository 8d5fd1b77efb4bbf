import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileVersionOf } from '@lvra/config';
import { messageOf, StageMisconfigured } from '@lvra/core';
import { type Manifest, parseManifest } from './manifest.js';

const MODEL = '.onnx';
const MANIFEST = '.json';

/** The model in a VRA's settings. */
export interface WantedModel {
  /** The VRA's. */
  readonly name: string;
  readonly version: string;
  /** MODEL_PATH: a model of the VRA. Its other versions are in the same folder. */
  readonly path: string;
}

/** A model as its manifest describes it, not checked yet. */
export interface ModelFile {
  /** Of the .onnx file. */
  readonly path: string;
  readonly manifest: Manifest;
}

/** The models of a folder. */
export interface ModelFolder {
  readonly folder: string;
  /** By file name. */
  readonly models: readonly ModelFile[];
  /** Models whose manifest is missing or wrong, and why, one line each. */
  readonly unusable: readonly string[];
}

/** The manifest of a model: the same name beside it, with another ending. */
export function manifestPath(modelPath: string): string {
  return `${modelPath.slice(0, -MODEL.length)}${MANIFEST}`;
}

/** The names of the .onnx files in the folder of MODEL_PATH; none if there is no such folder. */
export function modelNames(modelPath: string): string[] {
  try {
    return readdirSync(dirname(modelPath)).filter((name) => name.endsWith(MODEL));
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/** Reads the manifests of all models in the folder of MODEL_PATH. */
export async function modelsBeside(modelPath: string): Promise<ModelFolder> {
  const folder = dirname(modelPath);
  const models: ModelFile[] = [];
  const unusable: string[] = [];
  for (const name of modelNames(modelPath).sort()) {
    const path = join(folder, name);
    try {
      models.push({ path, manifest: await readManifest(path) });
    } catch (error) {
      unusable.push(messageOf(error));
    }
  }
  return { folder, models, unusable };
}

/**
 * Finds the model of a VRA in one version: the one in the folder of MODEL_PATH whose manifest names both. So a new
 * version is put beside the old one, under any name, and MODEL_VERSION alone decides; if the Python pipeline's settings
 * name a .joblib file, its import is beside it. If two models name both, MODEL_PATH's own counts.
 *
 * @throws StageMisconfigured if there is none, or more than one
 */
export async function findModel({ name, version, path }: WantedModel): Promise<ModelFile> {
  const { folder, models, unusable } = await modelsBeside(path);
  const fitting = models.filter(({ manifest }) => manifest.name === name && manifest.version === version);
  const own = fitting.find((model) => model.path === path);
  const [only, ...others] = own ? [own] : fitting;
  if (only && others.length === 0) return only;
  if (only) {
    const files = fitting.map((model) => model.path).join(', ');
    throw new StageMisconfigured(undefined, `several models are ${name} ${version}: ${files}; remove all but one`);
  }
  const there = models.map(({ manifest }) => `${manifest.name} ${manifest.version}`);
  throw new StageMisconfigured(
    undefined,
    [
      `there is no model ${name} ${version} in ${folder}, the folder of MODEL_PATH`,
      there.length > 0 ? `; there is ${there.join(', ')}` : '',
      unusable.length > 0 ? `; unusable: ${unusable.join('; ')}` : '',
      ': import it (model-import/import), or set MODEL_VERSION to one that is there',
    ].join(''),
  );
}

/** Manifests read before, with the stamp of the file: each of 200 VRAs searches all of their models. */
const known = new Map<string, { readonly stamp: string; readonly manifest: Promise<Manifest> }>();

/** @throws StageMisconfigured if it cannot be read or is incomplete */
export async function readManifest(modelPath: string): Promise<Manifest> {
  const path = manifestPath(modelPath);
  const stamp = fileVersionOf(path);
  const before = known.get(path);
  if (before && before.stamp === stamp) return before.manifest;
  const manifest = readAnew(path);
  if (stamp === undefined) known.delete(path);
  else known.set(path, { stamp, manifest });
  return manifest;
}

async function readAnew(path: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const message = `manifest ${path} cannot be read: ${messageOf(error)}; put it beside the model, or import the model again`;
    throw new StageMisconfigured(undefined, message, { cause: error });
  }
  try {
    return parseManifest(text);
  } catch (error) {
    const message = `manifest ${path} is wrong: ${messageOf(error)}; import the model again`;
    throw new StageMisconfigured(undefined, message, { cause: error });
  }
}
