/** What `@pulumi/command` 1.2 takes as `connection` of its remote resources, as far as we know it. */
export interface RemoteConnection {
  host: string;
  port: number;
  user: string;
  /** The guest's one host key, `ssh-ed25519 AAAA…`. Without it that package accepts any. */
  hostKey?: string;
}

export interface RemoteConnectionInput {
  address: string;
  user: string;
  /** Public host keys of the guest. That package compares with one key alone: ed25519 is preferred. */
  hostKeys: readonly string[];
  /** Default 22. */
  port?: number;
}

export function remoteConnection({ address, user, hostKeys, port = 22 }: RemoteConnectionInput): RemoteConnection {
  const connection: RemoteConnection = { host: address, port, user };
  const hostKey = hostKeys.find((key) => key.startsWith("ssh-ed25519 ")) ?? hostKeys[0];
  if (hostKey !== undefined) connection.hostKey = hostKey;
  return connection;
}
