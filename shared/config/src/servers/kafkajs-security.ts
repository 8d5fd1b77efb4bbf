import { messageOf } from '@lvra/core';
import type { KafkaConfig } from 'kafkajs';
import type { KafkaSecurity } from './kafka.js';

/** The broker's account and encryption in kafkajs's form. */
export function kafkajsSecurity(security: KafkaSecurity | undefined): Pick<KafkaConfig, 'sasl' | 'ssl'> {
  const { account, tls } = security ?? {};
  return {
    ...(account && {
      sasl: {
        mechanism: 'scram-sha-512',
        username: account.user,
        // kafkajs asks at every log-in.
        get password() {
          return account.password();
        },
      },
    }),
    ...(tls && {
      ssl: {
        ...(tls.ca !== undefined && { ca: tls.ca }),
        ...(tls.certificate !== undefined && { cert: tls.certificate }),
        ...(tls.key !== undefined && { key: tls.key }),
      },
    }),
  };
}

/** What an operator can do about a broker that cannot be used. kafkajs hides that a group is forbidden. */
export function explainKafkaError(error: unknown, groupId: string): string {
  const message = messageOf(error);
  if (!message.includes('group coordinator')) return message;
  return `${message} of ${groupId}: if it persists, the account may not read as this group; see group_prefix`;
}
