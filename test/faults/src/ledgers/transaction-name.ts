/** By which a client tells a proxy the name of its transaction, before its COMMIT; the server answers and forgets it. */
export const nameOfTransaction = (name: string) => `SELECT '${name}' AS transaction`;

export const NAMED = /^SELECT '([^']+)' AS transaction$/;
