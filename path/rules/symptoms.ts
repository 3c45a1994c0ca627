/* What people see when a site does not answer, by the headings of docs/troubleshooting.md. */

export const SYMPTOMS = {
  nxdomain: "NXDOMAIN, or the name leads to something else",
  certificate: "The browser warns of the certificate",
  pending: "The certificate stays PENDING_VALIDATION",
  timeout: "The connection times out",
  refused: "The connection is refused",
  loop: "The browser says that it was redirected too many times",
  "wrong-answer": "Something else answers: 403, 404 or a fixed text",
  "400": "400 Bad Request, or ERR_SSL_PROTOCOL_ERROR",
  "464": "464 or another error of protocol versions",
  "502": "502 Bad Gateway",
  "503": "503 Service Unavailable",
  "504": "504 Gateway Timeout",
  unhealthy: "Targets are unhealthy",
  sometimes: "Every second request fails, or some of them do",
  apply: "terraform apply ends with an error of AWS",
  plan: "terraform plan refuses it",
  later: "Nothing now; it breaks at a later change",
} as const;

export type Symptom = keyof typeof SYMPTOMS;
