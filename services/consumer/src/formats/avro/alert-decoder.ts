import { type CutoutName, FRAME_BYTES } from '@lvra/alerts';
import { AlertRejected, parseId } from '@lvra/core';
import type { Type, types } from 'avsc';
import type { Alert, LeftOutReason } from '../format.js';
import { AvroInput, NotAvro } from './avro-input.js';
import { filterColumns } from './lasair-columns.js';
import { type Row, rowReader, rowsReader } from './row.js';
import { alternativesOf, chosen, isUnion, SchemaUnusable, textReader } from './value-text.js';

/** What has been read of an alert. */
interface Draft {
  trigger?: Row | undefined;
  object?: Row | undefined;
  /** Whether Rubin matched the trigger to a known object of the solar system. */
  solarSystem: boolean;
  previous: Row[];
  forced: Row[];
  limits: Row[];
  readonly cutouts: Record<CutoutName, Buffer | null>;
}

type Step = (input: AvroInput, draft: Draft) => void;

/** How each part of Rubin's alert is read. The others (orbits, reasons) are dropped, as Lasair does. */
const PARTS: Readonly<Record<string, (type: Type) => Step>> = {
  diaSource: one('trigger'),
  diaObject: one('object'),
  ssSource: solarSystem,
  prvDiaSources: many('previous'),
  prvDiaForcedSources: many('forced'),
  prvDiaNondetectionLimits: many('limits'),
  cutoutDifference: cutout('difference'),
  cutoutScience: cutout('science'),
  cutoutTemplate: cutout('template'),
};

const input = new AvroInput();

/**
 * Makes Lasair's full form of the alerts of one writer's schema. Everything follows from that schema: which fields a
 * source has, in which order, which may be null.
 */
export class AlertDecoder {
  readonly #steps: readonly Step[];

  /** @throws SchemaUnusable if the schema is not that of an alert */
  constructor(schema: Type) {
    if (schema.typeName !== 'record') throw new SchemaUnusable('the schema is not a record');
    const { fields } = schema as types.RecordType;
    const missing = ['diaSource', 'diaObject'].filter((name) => !fields.some((field) => field.name === name));
    if (missing.length > 0)
      throw new SchemaUnusable(`${schema.name} is not an alert: it has no ${missing.join(' and no ')}`);
    this.#steps = fields.map(({ name, type }) => PARTS[name]?.(type) ?? skipAlert(type));
  }

  /**
   * Decodes a framed message.
   *
   * @returns the reason if it has no diaObject: Lasair's ingest leaves such alerts out of its object stream, too
   * @throws AlertRejected if the bytes are not of this schema
   */
  decode(bytes: Buffer): Alert | LeftOutReason {
    const draft: Draft = { solarSystem: false, previous: [], forced: [], limits: [], cutouts: noCutouts() };
    try {
      input.reset(bytes, FRAME_BYTES);
      for (const step of this.#steps) step(input, draft);
      input.finish();
    } catch (error) {
      if (error instanceof NotAvro) throw new AlertRejected('not_avro', error.message);
      throw error;
    }
    const { object, trigger } = draft;
    const solarSystem = draft.solarSystem || (trigger !== undefined && !isNone(trigger.field('ssObjectId')));
    if (!object) return solarSystem ? 'solar_system' : 'no_object';
    if (!trigger) throw new AlertRejected('no_sources', 'the alert has no diaSource');
    const diaObjectId = parseId(object.field('diaObjectId'));
    if (diaObjectId === undefined) {
      throw new AlertRejected(
        'no_dia_object_id',
        `diaObjectId is ${object.field('diaObjectId')}, not a 64-bit integer`,
      );
    }
    // All of it is ASCII.
    const json = fullForm(object, sourcesOf(trigger, draft.previous).map(ownedBy(object)), draft);
    return {
      diaObjectId,
      bytes: Buffer.from(json, 'latin1'),
      diaSourceId: trigger.field('diaSourceId'),
      cutouts: draft.cutouts,
      solarSystem,
    };
  }
}

/** All sources, oldest first as Lasair mostly has them; the trigger once, and last of those of its time. */
function sourcesOf(trigger: Row, previous: readonly Row[]): Row[] {
  const id = trigger.field('diaSourceId');
  const timeOf = (row: Row) => {
    const time = row.number('midpointMjdTai');
    return Number.isNaN(time) ? Number.NEGATIVE_INFINITY : time;
  };
  return [...previous.filter((row) => row.field('diaSourceId') !== id), trigger]
    .map((row) => ({ row, time: timeOf(row) }))
    .sort((a, b) => (a.time < b.time ? -1 : Number(a.time > b.time)))
    .map(({ row }) => row);
}

/**
 * An alert has one diaObject, so a source without an id belongs to it: Rubin's own samples have such sources. One that
 * names another object keeps its id, and the feature stage rejects the alert.
 */
function ownedBy(object: Row) {
  const id = object.field('diaObjectId');
  return (source: Row) => (isNone(source.field('diaObjectId')) ? source.with('diaObjectId', id) : source);
}

/** Whether an id names no object: null, or 0, which Rubin wrote until February 2026. */
function isNone(id: string): boolean {
  return id === 'null' || id === '0';
}

function fullForm(object: Row, sources: readonly Row[], { forced, limits }: Draft): string {
  const list = (rows: readonly Row[]) => `[${rows.map((row) => row.json()).join(', ')}]`;
  return (
    `{${filterColumns(object, sources)}, "alert": {"diaObject": ${object.json()}, "diaSourcesList": ${list(sources)}, ` +
    `"diaForcedSourcesList": ${list(forced)}, "diaNondetectionLimitsList": ${list(limits)}, "ebv": null}}`
  );
}

function noCutouts(): Record<CutoutName, Buffer | null> {
  return { difference: null, science: null, template: null };
}

function one(part: 'trigger' | 'object') {
  return (type: Type): Step => {
    const read = rowReader(type);
    return (from, draft) => {
      draft[part] = read(from);
    };
  };
}

function many(part: 'previous' | 'forced' | 'limits') {
  return (type: Type): Step => {
    const read = rowsReader(type);
    return (from, draft) => {
      draft[part] = read(from);
    };
  };
}

function solarSystem(type: Type): Step {
  const read = textReader(type);
  return (from, draft) => {
    draft.solarSystem = read(from) !== 'null';
  };
}

function cutout(name: CutoutName) {
  return (type: Type): Step => {
    const alternatives = alternativesOf(type).map(({ typeName }) => typeName as string);
    if (alternatives.some((each) => each !== 'bytes' && each !== 'null')) {
      throw new SchemaUnusable(`the ${name} cutout is ${alternatives.join(' or ')}, not bytes`);
    }
    return (from, draft) => {
      const alternative = isUnion(type) ? chosen(alternatives, from) : alternatives[0];
      if (alternative === 'bytes') draft.cutouts[name] = from.bytes();
    };
  };
}

function skipAlert(type: Type): Step {
  const read = textReader(type);
  return (from) => {
    read(from);
  };
}
