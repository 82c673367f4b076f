/** Now, as ISO 8601 in UTC. */
export const timestamp = (): string => new Date().toISOString();
