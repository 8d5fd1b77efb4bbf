import { resolve } from 'node:path';
import { isLabel, isVraName } from '@lvra/core';
import { DEFAULT_FEATURES } from '@lvra/store';
import { environmentName, vraFileName } from './names.js';
import { decimal, list, text, wholeNumber, yesNo } from './values.js';
import { type Issues, overrideFromEnvironment, readGroup } from './written.js';
import { type Profile, readYamlFile, shownPath } from './yaml-file.js';

/** The settings of a VRA's file: the six keys of the Python pipeline, and more. */
export interface VraSettings {
  /** Its file, absolute. */
  readonly file: string;
  /** Names the VRA everywhere: in subjects, status columns, metrics and in `provenance.model_name`. */
  readonly modelName: string;
  /** Absolute. A model of the VRA; those of its other versions lie in the same folder. */
  readonly modelPath: string;
  readonly modelVersion: string;
  /** The set of features that its model takes. */
  readonly features: string;
  /** The annotator's topic at Lasair. */
  readonly topicOut: string;
  readonly explanation: string;
  readonly url: string;
  /** Scores below this one are not annotated. */
  readonly lowestScore: number | undefined;
  /** How many of the object's last scores its annotation carries; 0 for none. */
  readonly history: number;
  /** False keeps the scores in the ledger. */
  readonly annotate: boolean;
  /** Labels of objects that are what the VRA looks for, class 1. */
  readonly positiveLabels: readonly string[];
  /** Labels of objects that are not; others count neither way. */
  readonly negativeLabels: readonly string[];
}

const labels = (whose: string) => list(`${whose}, several with commas`, isLabel);

/** Text that goes into every annotation: Lasair would take it and lose the row. */
const annotated = (expected: string, longest: number) =>
  text(`${expected}, at most ${longest} characters`, longest).refine(
    (given) => /^[ -~]*$/.test(given) && !/['"\\]/.test(given),
    `write ${expected} in printable ASCII (an address: percent-encoded), without quotes and backslashes: ` +
      "other characters break Lasair's storage of every annotation",
  );

const VRA_SETTINGS = {
  modelPath: text('the path of an ONNX model'),
  modelName: text('the name of the VRA').refine(
    (name) => isVraName(name) && !/^(stem|timestamp)$/i.test(name),
    'write a letter and at most 31 letters, digits or underscores, but not stem or timestamp',
  ),
  modelVersion: annotated("the model's version", 16),
  features: text('the name of a set of features: small letters, digits, underscores')
    .refine(
      (name) => /^[a-z][a-z0-9_]{0,31}$/.test(name),
      'write a small letter, then small letters, digits, underscores',
    )
    .default(DEFAULT_FEATURES),
  topicOut: annotated("the annotator's topic at Lasair", 255),
  explanation: annotated('what the score means', 1_024).default(''),
  url: annotated('the address of a page about the VRA', 1_024).default(''),
  lowestScore: decimal(0, 1).optional(),
  history: wholeNumber(0, 100).default(0),
  annotate: yesNo().default(true),
  positiveLabels: labels('labels of what the VRA looks for').default(['real']),
  negativeLabels: labels('labels of what it does not look for').default(['bogus']),
};

const KEYS = Object.keys(VRA_SETTINGS);

/**
 * Reads the file of one VRA, overridden by the environment (`LVRA_R0B_MODEL_VERSION`). If `LVRA_R0B_CONFIG`, which the
 * Python pipeline uses, names another file for this VRA, that one is read instead, with a warning.
 *
 * @returns `settings` undefined, with issues, if anything in it is wrong
 */
export function readVra(
  path: string,
  profile: Profile,
  environment: NodeJS.ProcessEnv,
  issues: Issues,
  warnings: string[],
): { settings: VraSettings | undefined; environmentNames: string[] } {
  const written = readYamlFile(path, { keys: KEYS, nameOf: vraFileName, profile }, issues, warnings);
  if (written === undefined) return { settings: undefined, environmentNames: [] };
  const named = written.get('modelName')?.value;
  const name = typeof named === 'string' ? named : undefined;
  const variable = environmentName('config', name);
  const config = name === undefined ? undefined : environment[variable];
  if (config && resolve(config) !== resolve(path)) {
    warnings.push(`${variable} is set: ${name} is as ${shownPath(resolve(config))} says, not as ${shownPath(path)}`);
    const found = readVra(resolve(config), profile, environment, issues, warnings);
    if (found.settings && found.settings.modelName !== name) {
      issues.push(
        `${variable} is ${config}, whose MODEL_NAME is ${found.settings.modelName}: name the file of ${name}`,
      );
    }
    return { ...found, environmentNames: [...found.environmentNames, variable] };
  }
  const nameInEnvironment = (key: string) => environmentName(key, name);
  overrideFromEnvironment(written, KEYS, nameInEnvironment, environment);
  const environmentNames = [...KEYS.map(nameInEnvironment), nameInEnvironment('config')];
  const found = readGroup(VRA_SETTINGS, written, (key) => `${shownPath(path)}: ${vraFileName(key)}`, issues);
  const folder = written.get('modelPath')?.folder;
  if (found === undefined || folder === undefined) return { settings: undefined, environmentNames };
  const modelPath = resolve(folder, found.modelPath);
  const settings = { ...found, file: resolve(path), modelPath, lowestScore: found.lowestScore };
  return { settings, environmentNames };
}
