import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { z } from 'zod';
import { EXPORT } from '../export/route.js';
import { RESOURCES } from '../pages/index.js';
import { openApiOf } from './open-api.js';
import { numberParam, stemParam } from './params.js';
import { resource } from './resource.js';

test('the document of all pages is valid OpenAPI 3.1, and has each of them', async () => {
  const document = openApiOf(RESOURCES, [EXPORT], '1') as { paths: object };
  const { valid, errors } = await new Validator().validate(structuredClone(document) as Record<string, unknown>);
  assert.deepEqual([valid, errors ?? []], [true, []]);
  assert.equal(Object.keys(document.paths).length, RESOURCES.length + 1);
});

test('parts of the path are required there, and the rest is asked for in the query', () => {
  const one = resource({
    path: '/stems/:stem',
    summary: 'a stem',
    params: z.object({ stem: stemParam, least: numberParam(0, 1) }),
    answer: z.object({ stem: z.string() }),
    read: async (_, { stem }) => ({ stem }),
    title: () => '',
    Page: () => null,
  });
  const { paths } = openApiOf([one], [], '1') as {
    paths: Record<string, { get: { parameters: Record<string, unknown>[] } }>;
  };
  const [stem, least] = paths['/api/v1/stems/{stem}']!.get.parameters;
  assert.deepEqual([stem?.name, stem?.in, stem?.required], ['stem', 'path', true]);
  assert.deepEqual([least?.name, least?.in, least?.required], ['least', 'query', false]);
});
