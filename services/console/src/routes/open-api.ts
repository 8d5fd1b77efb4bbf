import { FORMATS, type FormatName } from '@lvra/export';
import { z } from 'zod';
import { apiPathOf } from './register.js';
import { formatsOf, type Resource } from './resource.js';

/** Something that programs get as a file alone. */
export interface FileRoute extends Pick<Resource, 'path' | 'summary' | 'params'> {
  readonly formats: readonly FormatName[];
}

/** The OpenAPI 3.1 document of resources and files, made of the schemas that check what they are asked with. */
export function openApiOf(resources: readonly Resource[], files: readonly FileRoute[], version: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'LVRA console',
      version,
      description:
        'What the pages of the console show, as JSON. Ids are decimal strings of 64-bit integers, times ISO 8601 in UTC; null is unknown. Errors are problems as RFC 9457 has them.',
    },
    paths: Object.fromEntries([
      ...resources.map((resource) => [openApiPathOf(apiPathOf(resource)), { get: operationOf(resource) }]),
      ...files.map((file) => [openApiPathOf(apiPathOf(file)), { get: fileOperationOf(file) }]),
    ]),
    components: { schemas: { Problem: PROBLEM } },
  };
}

const PROBLEM = {
  type: 'object',
  properties: {
    type: { type: 'string' },
    status: { type: 'integer' },
    title: { type: 'string' },
    detail: { type: 'string' },
  },
  required: ['type', 'status', 'title', 'detail'],
};

const MISSING = {
  description: 'Of a file: what should be among the rows and is not, and why. Absent if nothing is known to be.',
  schema: { type: 'string' },
};

function openApiPathOf(path: string): string {
  return path.replace(/:([A-Za-z]+)/g, '{$1}');
}

/** What a resource is asked with, as the document has it. */
export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: { readonly description?: string; readonly enum?: readonly string[]; readonly default?: unknown };
}

export function parametersOf({ path, params }: Pick<Resource, 'path' | 'params'>): Parameter[] {
  const inPath = new Set([...path.matchAll(/:([A-Za-z]+)/g)].map(([, name]) => name));
  const { properties = {}, required = [] } = z.toJSONSchema(params, { io: 'input' });
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: inPath.has(name) ? 'path' : 'query',
    required: required.includes(name),
    schema: schema as Parameter['schema'],
  }));
}

const DEFAULT = {
  description: 'It could not be answered',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function operationOf(resource: Resource): object {
  const { summary, answer } = resource;
  const parameters = parametersOf(resource);
  const formats = formatsOf(resource);
  const format = { name: 'format', in: 'query', required: false, schema: { enum: ['json', ...formats] } };
  return {
    summary,
    parameters: formats.length > 0 ? [...parameters, format] : parameters,
    responses: {
      200: {
        description: summary,
        content: {
          'application/json': { schema: z.toJSONSchema(answer, { io: 'output' }) },
          ...contentOf(formats),
        },
        ...(formats.length > 0 && { headers: { 'X-Missing': MISSING } }),
      },
      default: DEFAULT,
    },
  };
}

function fileOperationOf(file: FileRoute): object {
  const { summary, formats } = file;
  const headers = { 'X-Missing': MISSING };
  return {
    summary,
    parameters: parametersOf(file),
    responses: { 200: { description: summary, content: contentOf(formats), headers }, default: DEFAULT },
  };
}

function contentOf(formats: readonly FormatName[]): object {
  return Object.fromEntries(
    formats.map((format) => [FORMATS[format].mediaType.replace(/;.*/, ''), { schema: { type: 'string' } }]),
  );
}
