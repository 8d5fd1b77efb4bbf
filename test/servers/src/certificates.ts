import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate and its key, as paths of PEM files. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** Certificates for one test, signed by an authority of its own, all valid for a day. */
export interface Certificates {
  /** The authority's certificate, PEM. */
  readonly ca: string;
  /** For 127.0.0.1. */
  readonly broker: Certificate;
  readonly client: Certificate;
  /** Self-signed. */
  readonly unknown: Certificate;
}

/** Makes certificates with openssl in a folder. */
export function makeCertificates(folder: string): Certificates {
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const selfSigned = (name: string) => {
    const [key, certificate] = [`${name}.key`, `${name}.pem`];
    run(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '1',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      key,
      '-out',
      certificate,
    );
    return pair(folder, name);
  };
  const signed = (name: string) => {
    const extension = join(folder, `${name}.ext`);
    writeFileSync(extension, 'subjectAltName = IP:127.0.0.1\n');
    run(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
    );
    run(
      ...['x509', '-req', '-in', `${name}.csr`, '-CA', 'authority.pem', '-CAkey', 'authority.key', '-CAcreateserial'],
      ...['-days', '1', '-extfile', extension, '-out', `${name}.pem`],
    );
    return pair(folder, name);
  };
  const { certificate: ca } = selfSigned('authority');
  return { ca, broker: signed('broker'), client: signed('client'), unknown: selfSigned('unknown') };
}

/** Key and certificate in one file, as Kafka wants its own. */
export function joinPem({ certificate, key }: Certificate, path: string): string {
  writeFileSync(path, readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8'));
  chmodSync(path, 0o600);
  return path;
}

function pair(folder: string, name: string): Certificate {
  return { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
}
