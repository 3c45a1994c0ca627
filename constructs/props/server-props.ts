/** NGINX on the app port, as a reverse proxy for an app on the same instance. */
export interface ProxiedServerProps {
  /**
   * The port on which the app listens on 127.0.0.1, 1 to 65535 except 22. It must differ from `appPort` and
   * `healthCheck.port`, on which NGINX listens. The app must also respond to the health check path.
   */
  readonly proxyPort: number;
  /**
   * Shell commands that install and start the app, at most 16 KiB with Unix line endings. They run as root at first
   * boot.
   * @default - none; the app is installed in another way
   */
  readonly setup?: string;
}

/** Your own boot script instead of NGINX. */
export interface OwnServerProps {
  /**
   * The EC2 user data, at most 16 KiB with Unix line endings. It must begin, in its first column, with `#!/` or
   * `#cloud-config`, serve `appPort`, and respond to the health check.
   */
  readonly userData: string;
}

/** SSH access to the instances. */
export interface SshProps {
  /** The IPv4 ranges that can connect, 1 to 20, each from /8 to /32; `203.0.113.7/32` is one address. */
  readonly cidrs: readonly string[];
  /**
   * The name of an existing EC2 key pair.
   * @default - no key pair; use EC2 Instance Connect, which Amazon Linux includes
   */
  readonly keyName?: string;
}
