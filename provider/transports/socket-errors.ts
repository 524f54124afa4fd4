/** The system's own codes (errno(3), getaddrinfo(3)) in words. */
const words: Readonly<Record<string, string>> = {
  EAI_AGAIN: "the name can't be resolved",
  ENOTFOUND: "the name can't be resolved",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no route to the host",
  EHOSTDOWN: "the host is down",
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  ETIMEDOUT: "timed out",
};

/** Why a socket failed: `no route to the host (EHOSTUNREACH)`; another code, or the message, as it is. */
export function socketFailure(error: NodeJS.ErrnoException): string {
  const { code } = error;
  if (code === undefined) return error.message;
  return Object.hasOwn(words, code) ? `${words[code]} (${code})` : code;
}
