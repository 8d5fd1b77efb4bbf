import type { KafkaSecurity } from '@lvra/shared/settings/kafka';
import type { KafkaConfig } from 'kafkajs';

/** The settings of a broker's account and encryption as kafkajs wants them. */
export function kafkajsSecurity(security: KafkaSecurity | undefined): Pick<KafkaConfig, 'sasl' | 'ssl'> {
  const { account, tls } = security ?? {};
  return {
    ...(account && { sasl: { mechanism: 'scram-sha-512', username: account.user, password: account.password } }),
    ...(tls && {
      ssl: {
        ...(tls.ca !== undefined && { ca: tls.ca }),
        ...(tls.certificate !== undefined && { cert: tls.certificate }),
        ...(tls.key !== undefined && { key: tls.key }),
      },
    }),
  };
}
