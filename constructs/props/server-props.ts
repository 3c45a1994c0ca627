/** NGINX on the app port, in front of an app on the same machine. */
export interface ProxiedServerProps {
  /** Port that the app listens on, on 127.0.0.1; it must answer the health check's path too. */
  readonly proxyPort: number;
  /**
   * Shell lines, run as root at first boot, that install and start the app.
   * @default - the app comes from elsewhere
   */
  readonly setup?: string;
}

/** Your own boot script instead of NGINX. */
export interface OwnServerProps {
  /**
   * EC2 user data, at most 16 KiB, beginning in its first column with `#!` or `#cloud-config`. It
   * must end up serving `appPort` and answering the health check.
   */
  readonly userData: string;
}

/** SSH to the instances. */
export interface SshProps {
  /** IPv4 ranges that may connect, /8 or narrower; `203.0.113.7/32` is one address. */
  readonly cidrs: readonly string[];
  /**
   * Name of an existing EC2 key pair.
   * @default - no key; use EC2 Instance Connect, which Amazon Linux brings
   */
  readonly keyName?: string;
}
