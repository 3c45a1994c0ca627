/* Symptoms of a site that does not work: the headings of docs/troubleshooting.md. */

export const SYMPTOMS = {
  nxdomain: "NXDOMAIN, or the name resolves to something else",
  certificate: "The browser shows a certificate warning",
  pending: "The certificate stays PENDING_VALIDATION",
  timeout: "The connection times out",
  refused: "The connection is refused",
  loop: "The browser was redirected too many times (ERR_TOO_MANY_REDIRECTS)",
  "wrong-answer": "An unexpected response: 403, 404 or a fixed text",
  "400": "400 Bad Request, or ERR_SSL_PROTOCOL_ERROR",
  "464": "464 or another protocol version error",
  "502": "502 Bad Gateway",
  "503": "503 Service Unavailable",
  "504": "504 Gateway Timeout",
  unhealthy: "Targets are unhealthy",
  sometimes: "Every second request fails, or some requests fail",
  apply: "terraform apply fails with an AWS error",
  plan: "terraform plan fails",
  later: "Nothing yet; a later change breaks it",
} as const;

export type Symptom = keyof typeof SYMPTOMS;
