import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { secretIssues } from './prepare.js';

const COMPOSE = new URL('../../../../docker-compose.yml', import.meta.url);

describe('a secret in a file', () => {
  test('is mounted into the container that needs it and into no other', () => {
    const { services } = parse(readFileSync(COMPOSE, 'utf8'), { merge: true }) as {
      services: Record<string, { volumes?: string[] }>;
    };
    const mounted = Object.entries(services).flatMap(([name, { volumes = [] }]) => {
      const folders = volumes.filter((volume) => volume.includes('secrets')).map((volume) => volume.split(':')[0]);
      return folders.length > 0 ? [[name, folders]] : [];
    });
    assert.deepEqual(Object.fromEntries(mounted), {
      // Checks what is in all of them, without a network, and ends before the others start.
      prepare: ['./secrets'],
      consumer: ['./secrets/consumer'],
      annotate: ['./secrets/annotate'],
      // What an operator runs by hand.
      lvra: ['./secrets/annotate', './secrets/tns'],
    });
  });

  test('that its container does not see is said before anything starts', () => {
    assert.deepEqual(
      secretIssues({
        LASAIR_LSST_TOKEN_FILE: '/run/secrets/lasair_token',
        LASAIR_LSST_DEV_TOKEN_FILE: '/run/secrets/annotate/dev_token',
        LVRA_KAFKA_PASSWORD_FILE: '/run/secrets/annotate/kafka',
        LVRA_TNS_API_KEY_FILE: '',
        LVRA_ALERT_SLACK_FILE: '/run/secrets/alerts/slack',
      }),
      [
        'LASAIR_LSST_TOKEN_FILE: put the file into secrets/annotate and write /run/secrets/annotate/<its name>',
        'LVRA_KAFKA_PASSWORD_FILE: put the file into secrets/consumer and write /run/secrets/consumer/<its name>',
      ],
    );
  });
});
