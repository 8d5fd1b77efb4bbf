const LASAIR = 'https://lasair.lsst.ac.uk';

/**
 * What the addresses of objects at Lasair begin with.
 *
 * @param endpoint of its API; of a server of our own, which is not for people, Lasair's own are given
 */
export function objectsAtLasair(endpoint: string | undefined): string {
  const { protocol, origin, hostname } = new URL(endpoint ?? LASAIR);
  return `${protocol === 'https:' && !/^(localhost|127\.)/.test(hostname) ? origin : LASAIR}/objects/`;
}
