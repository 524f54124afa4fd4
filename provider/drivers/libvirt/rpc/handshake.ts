import type { RpcConnection } from "./connection";
import { ErrorNumber } from "./error-numbers";
import { AuthenticationRefused, isLibvirtError } from "./errors";

/** `remote_auth_type` of remote_protocol.x. */
const AuthType = { none: 0, sasl: 1, polkit: 2 } as const;

/** `virDrvFeature` (src/libvirt_internal.h): what a daemon may be asked for. */
export const Feature = { programKeepalive: 10, networkUpdateHasCorrectOrder: 16 } as const;

const polkitHint =
  "Use root or a member of the host's libvirt group, or allow the user in polkit (org.libvirt.unix.manage).";

/** Proves who we are. On a Unix socket root is never asked (remoteDispatchAuthList in libvirt's sources). */
async function authenticate(connection: RpcConnection, deadline: number): Promise<void> {
  const { types } = await connection.call("AUTH_LIST", {}, { deadline });
  if (types.length === 0 || types.includes(AuthType.none)) return;
  if (types.includes(AuthType.polkit)) {
    let complete = false;
    try {
      complete = (await connection.call("AUTH_POLKIT", {}, { deadline })).complete;
    } catch (error) {
      const { AUTH_FAILED, AUTH_CANCELLED, AUTH_UNAVAILABLE } = ErrorNumber;
      if (!isLibvirtError(error, AUTH_FAILED, AUTH_CANCELLED, AUTH_UNAVAILABLE)) throw error;
      throw new AuthenticationRefused(`polkit on ${connection.description} refused: ${error.message}`, {
        hint: polkitHint,
        cause: error,
      });
    }
    if (complete) return;
    throw new AuthenticationRefused(`polkit on ${connection.description} refused the user`, { hint: polkitHint });
  }
  if (types.includes(AuthType.sasl)) {
    throw new AuthenticationRefused(`${connection.description} asks for SASL, which is not supported`, {
      hint: 'Set `auth_unix_rw = "none"` or "polkit" in the host\'s libvirtd.conf, or connect as root.',
    });
  }
  throw new AuthenticationRefused(`${connection.description} asks for an unknown authentication (${types.join(", ")})`);
}

/**
 * Authenticates, opens the hypervisor named by `uri` and starts the keepalive where the daemon has one. The order is
 * that of libvirt's own client (doRemoteOpen in src/remote/remote_driver.c): before the opening, the daemon answers
 * this one question about features.
 */
export async function handshake(connection: RpcConnection, uri: string, deadline: number): Promise<void> {
  const end = Date.now() + deadline;
  await authenticate(connection, deadline);
  const left = Math.max(1, end - Date.now());
  const [feature] = await Promise.all([
    connection.call("CONNECT_SUPPORTS_FEATURE", { feature: Feature.programKeepalive }, { deadline: left }),
    connection.call("CONNECT_OPEN", { name: uri }, { deadline: left }),
  ]);
  if (feature.supported) connection.startKeepalive();
}
